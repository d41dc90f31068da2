"""What is trained, and how well it finds: the changed sentence model, where requests and offers are put, and the comparison of pieces."""
import torch
import torch.nn.functional as F

from bert import SIZE, Bert, key
from packed import packed, write

# texts that go through the model together
TOGETHER = 24


class Finder(torch.nn.Module):
    def __init__(self, weights, rank, first, close, seed):
        """`weights`: of the model, by name; `close`: numbers of a piece that is looked at closely; the others: see `Bert`."""
        super().__init__()
        self.bert = Bert(weights, rank, first, seed)
        # what all requests have in common, as all offers: it is taken away
        self.centres = torch.nn.ParameterDict({kind: torch.nn.Parameter(torch.zeros(SIZE)) for kind in ['requests', 'offers']})
        # where pieces are compared one by one, and how much each of a request's says
        self.close = torch.nn.ParameterDict({
            'map': torch.nn.Parameter(torch.zeros(SIZE, close)), 'weight': torch.nn.Parameter(torch.zeros(SIZE))
        })
        self._lower = {}

    def embed(self, texts):
        """Vectors of texts, and of their pieces but the marks at both ends. What the lower layers make of a text is kept."""
        new = [list(text) for text in {tuple(text) for text in texts} - self._lower.keys()]
        with torch.no_grad():
            for group in in_groups(new):
                some = [new[i] for i in group]
                pieces = torch.nn.utils.rnn.pad_sequence([torch.tensor(text) for text in some], batch_first=True)
                for text, x in zip(some, self.bert.lower(pieces, mask_of(some))):
                    self._lower[tuple(text)] = x[: len(text)].half().clone()
        vectors, states = [None] * len(texts), [None] * len(texts)
        for group in in_groups(texts):
            some = [texts[i] for i in group]
            mask = mask_of(some)
            x = self.bert.upper(torch.nn.utils.rnn.pad_sequence([self._lower[tuple(text)].float() for text in some], batch_first=True), mask)
            for i, vector, state in zip(group, pooled(x, mask), x):
                vectors[i], states[i] = vector, state[1 : len(texts[i]) - 1]
        return torch.stack(vectors), states

    def requests(self, texts):
        """Where they lie, and the states of their pieces."""
        vectors, states = self.embed(texts)
        return F.normalize(vectors - self.centres['requests'], dim=-1), states

    def offers(self, offers):
        """Each is the mean of its texts, and has the pieces of all: where they lie, all pieces, and how many each has."""
        vectors, states = self.embed([text for offer in offers for text in offer])
        owner = torch.tensor([i for i, offer in enumerate(offers) for _ in offer])
        means = torch.zeros(len(offers), SIZE).index_add(0, owner, vectors) / torch.bincount(owner)[:, None]
        counts = torch.zeros(len(offers), dtype=torch.long).index_add(0, owner, torch.tensor([len(state) for state in states]))
        return F.normalize(means - self.centres['offers'], dim=-1), self._directions(torch.cat(states)), counts.tolist()

    def closeness(self, states, pieces, counts):
        """Of requests, by the states of their pieces, to each offer: the cosine of each piece to the nearest of the offer's, weighed."""
        pad = lambda some: torch.nn.utils.rnn.pad_sequence(some, batch_first=True)
        cosines = pad([self._directions(state) for state in states]) @ pieces.T
        weights = pad([(state @ self.close['weight']).softmax(0) for state in states])
        nearest = torch.stack([some.amax(2) for some in cosines.split(counts, dim=2)], 2)
        return (nearest * weights[:, :, None]).sum(1)

    def _directions(self, states):
        return F.normalize(states @ self.close['map'], dim=-1)

    def tell(self, fields):
        """How well it finds in all of these fields together, by meaning alone: by whole texts, and with their pieces."""
        offers = [offer for field in fields for offer in field['offers']]
        requests = [request for field in fields for request in field['requests']]
        place = {offer['id']: i for i, offer in enumerate(offers)}
        right = [[place[id] for id in request['serves']] for request in requests]
        with torch.no_grad():
            asked, states = self.requests([request['text'] for request in requests])
            offered, pieces, counts = self.offers([offer['pieces'] for offer in offers])
            whole = asked @ offered.T
            closely = torch.cat([self.closeness(states[at : at + TOGETHER], pieces, counts) for at in range(0, len(requests), TOGETHER)])
        for name, near in [('whole', whole), ('closely', whole + closely)]:
            best = torch.stack([row[places].max() for row, places in zip(near, right)])
            ranks = (near > best[:, None]).sum(1) + 1
            shares = {'@1': ranks == 1, '@5': ranks <= 5, '@20': ranks <= 20, 'mrr': 1 / ranks}
            print(f'  {name}', *(f'{share} {ranks.float().mean():.3f}' for share, ranks in shares.items()), flush=True)

    def save(self, folder):
        bert = self.bert
        changes = {name: {'a': packed(bert.a[key(name)]), 'b': packed(bert.b[key(name)])} for name in bert.changed()}
        write(f'{folder}/lora.json', {'rank': bert.rank, 'changes': changes})
        write(f'{folder}/centres.json', {kind: packed(centre) for kind, centre in self.centres.items()})
        write(f'{folder}/close.json', {name: packed(numbers) for name, numbers in self.close.items()})


def in_groups(texts):
    """Texts of about the same length together, by their places."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    return [order[at : at + TOGETHER] for at in range(0, len(order), TOGETHER)]


def mask_of(texts):
    longest = max(map(len, texts))
    return torch.tensor([[1.0] * len(text) + [0.0] * (longest - len(text)) for text in texts])


def pooled(x, mask):
    return F.normalize((x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None], dim=-1)
