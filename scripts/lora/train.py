"""
Trains what the sentence model learns besides; `npm run lora` runs it. In each step there are a field of the training set and a seed
topic, and of all that is offered in them, and of what other fields offer that is easily mistaken for it, each request is to be nearest to
what serves it (InfoNCE, van den Oord et al. 2018, of several that may be right): by the vectors of the whole texts, and with their
pieces one by one besides (late interaction, Khattab and Zaharia 2020).
"""
import argparse
import base64
import json
import math
import random

import numpy
import torch
import torch.nn.functional as F

from bert import SIZE, Bert, read_weights

options = argparse.ArgumentParser()
for name in ['texts', 'topology', 'weights', 'into']:
    options.add_argument(f'--{name}', required=True)
options.add_argument('--steps', type=int, default=450)
options.add_argument('--rank', type=int, default=8)
options.add_argument('--first', type=int, default=3, help='the lowest layer that is changed')
options.add_argument('--topics', type=int, default=1, help='seed topics in a step, beside a field')
options.add_argument('--mined', type=int, default=24, help='offers of other fields in a step')
options.add_argument('--close', type=int, default=64, help='numbers of a piece that is looked at closely')
options.add_argument('--rate', type=float, default=1e-3)
options.add_argument('--seed', type=int, default=1)
options.add_argument('--threads', type=int, default=1)
options.add_argument('--every', type=int, default=50, help='steps after which it is told how well it finds')
given = options.parse_args()

TEMPERATURE = 0.05
WARM_UP = 15
# texts that go through the model together
TOGETHER = 24
# how often an offer is put as if it had no examples, as some have none
BARE = 0.15
# of what is nearest to a request in other fields, so many may be taken: which of them by chance, for a few do serve it
NEAREST = 60
# an offer of another field that is so near to one that serves a field's request may serve it, too
ALIKE = 0.8
# steps after which all offers are placed anew, to tell what is near
STALE = 110

torch.set_num_threads(given.threads)
torch.manual_seed(given.seed)
chance = random.Random(given.seed)
data = json.load(open(given.texts))
model = Bert(read_weights(given.topology, given.weights), given.rank, given.first, given.seed)
# what all requests have in common, as all offers: it is taken away
centres = torch.nn.ParameterDict({'requests': torch.nn.Parameter(torch.zeros(SIZE)), 'offers': torch.nn.Parameter(torch.zeros(SIZE))})
# where pieces are compared one by one, and how much each of a request's says
close = torch.nn.ParameterDict({'map': torch.nn.Parameter(torch.zeros(SIZE, given.close)), 'weight': torch.nn.Parameter(torch.zeros(SIZE))})
lower = {}


def in_groups(texts):
    """Texts of about the same length together, by their places."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    return [order[at : at + TOGETHER] for at in range(0, len(order), TOGETHER)]


def mask_of(texts):
    longest = max(map(len, texts))
    return torch.tensor([[1.0] * len(text) + [0.0] * (longest - len(text)) for text in texts])


def embed(texts):
    """Vectors of texts, and of their pieces but the marks at both ends. What the lower layers make of a text is kept."""
    new = [list(text) for text in {tuple(text) for text in texts} - lower.keys()]
    with torch.no_grad():
        for group in in_groups(new):
            some = [new[i] for i in group]
            pieces = torch.nn.utils.rnn.pad_sequence([torch.tensor(text) for text in some], batch_first=True)
            for text, x in zip(some, model.lower(pieces, mask_of(some))):
                lower[tuple(text)] = x[: len(text)].half().clone()
    vectors, states = [None] * len(texts), [None] * len(texts)
    for group in in_groups(texts):
        some = [texts[i] for i in group]
        mask = mask_of(some)
        x = model.upper(torch.nn.utils.rnn.pad_sequence([lower[tuple(text)].float() for text in some], batch_first=True), mask)
        for i, vector, state in zip(group, pooled(x, mask), x):
            vectors[i], states[i] = vector, state[1 : len(texts[i]) - 1]
    return torch.stack(vectors), states


def pooled(x, mask):
    return F.normalize((x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None], dim=-1)


class Requests:
    def __init__(self, texts):
        vectors, self.states = embed(texts)
        self.vectors = F.normalize(vectors - centres['requests'], dim=-1)


class Offers:
    """Each is the mean of its texts, and has the pieces of all."""

    def __init__(self, offers):
        vectors, states = embed([text for offer in offers for text in offer])
        owner = torch.tensor([i for i, offer in enumerate(offers) for _ in offer])
        means = torch.zeros(len(offers), SIZE).index_add(0, owner, vectors) / torch.bincount(owner)[:, None]
        self.vectors = F.normalize(means - centres['offers'], dim=-1)
        self.pieces = F.normalize(torch.cat(states) @ close['map'], dim=-1)
        counts = torch.zeros(len(offers), dtype=torch.long).index_add(0, owner, torch.tensor([len(state) for state in states]))
        self.counts = counts.tolist()


def closeness(states, offers):
    """Of requests, by the states of their pieces, to each offer: the cosine of each of its pieces to the nearest of the offer's, weighed."""
    pad = lambda some: torch.nn.utils.rnn.pad_sequence(some, batch_first=True)
    pieces = pad([F.normalize(state @ close['map'], dim=-1) for state in states])
    weights = pad([(state @ close['weight']).softmax(0) for state in states])
    cosines = pieces @ offers.pieces.T
    nearest = torch.stack([some.amax(2) for some in cosines.split(offers.counts, dim=2)], 2)
    return (nearest * weights[:, :, None]).sum(1)


class Training:
    """All that is offered in the training set, and about where it lies."""

    offers = [offer for field in data['training'] for offer in field['offers']]
    place = {offer['id']: i for i, offer in enumerate(offers)}
    vectors = torch.zeros(len(offers), SIZE)

    def renew(self):
        with torch.no_grad():
            for at in range(0, len(self.offers), 256):
                self.vectors[at : at + 256] = Offers([offer['pieces'] for offer in self.offers[at : at + 256]]).vectors

    def mistaken(self, requests, serves, field):
        """One offer of another field for each request, and which of them may serve it after all."""
        near = requests @ self.vectors.T
        places = [[self.place[id] for id in ids] for ids in serves]
        alike = torch.stack([(self.vectors @ self.vectors[some].T > ALIKE).any(1) for some in places])
        near[alike] = -2
        near[:, [self.place[offer['id']] for offer in field['offers']]] = -2
        found = sorted({chance.choice(row) for row in near.topk(NEAREST).indices.tolist()})
        some = chance.sample(found, min(given.mined, len(found)))
        return [self.offers[i]['pieces'] for i in some], alike[:, some]


training = Training()


def loss_of(field, topics):
    texts = [request['text'] for request in field['requests']]
    offers = [offer['bare'] if chance.random() < BARE else offer['pieces'] for offer in field['offers']]
    place = {offer['id']: i for i, offer in enumerate(field['offers'])}
    right = [[place[id] for id in request['serves']] for request in field['requests']]
    for topic in topics:
        for competence in topic:
            one, other = chance.sample(competence['offers'], 2)
            texts.append(chance.choice(competence['requests']))
            right.append([len(offers)])
            offers.append(chance.choice([[one], [one, other], [one, competence['words']]]))
    requests = Requests(texts)
    own = len(field['requests'])
    with torch.no_grad():
        others, alike = training.mistaken(requests.vectors[:own], [request['serves'] for request in field['requests']], field)
    all_offers = Offers(offers + others)
    rightly = torch.zeros(len(texts), len(offers) + len(others), dtype=torch.bool)
    for row, places in zip(rightly, right):
        row[places] = True
    unknown = torch.zeros_like(rightly)
    unknown[:own, len(offers) :] = alike
    whole = requests.vectors @ all_offers.vectors.T
    return sum(
        (score.logsumexp(1) - score.masked_fill(~rightly, -1e9).logsumexp(1)).mean()
        for score in [(near / TEMPERATURE).masked_fill(unknown, -1e9) for near in [whole, whole + closeness(requests.states, all_offers)]]
    )


def tell(step, loss):
    """How well it finds in all fields of the tuning set together, by meaning alone: by whole texts, and with their pieces."""
    offers = [offer for field in data['tuning'] for offer in field['offers']]
    requests = [request for field in data['tuning'] for request in field['requests']]
    place = {offer['id']: i for i, offer in enumerate(offers)}
    with torch.no_grad():
        asked, offered = Requests([request['text'] for request in requests]), Offers([offer['pieces'] for offer in offers])
        whole = asked.vectors @ offered.vectors.T
        closely = torch.cat([closeness(asked.states[at : at + TOGETHER], offered) for at in range(0, len(requests), TOGETHER)])
    print(step, f'loss {loss:.3f}', flush=True)
    for name, near in [('whole', whole), ('closely', whole + closely)]:
        best = torch.stack([row[[place[id] for id in request['serves']]].max() for row, request in zip(near, requests)])
        ranks = (near > best[:, None]).sum(1) + 1
        shares = [(ranks == 1), (ranks <= 5), (ranks <= 20), 1 / ranks]
        print(f'  {name}', *(f'{name} {share.float().mean():.3f}' for name, share in zip(['@1', '@5', '@20', 'mrr'], shares)), flush=True)


def turns(items):
    """Each once, in another order each time round."""
    while True:
        yield from chance.sample(items, len(items))


def packed(numbers):
    """Eight-bit numbers in base64, and what each is multiplied by."""
    array = numbers.detach().numpy()
    scale = float(abs(array).max()) / 127
    return {'scale': scale, 'base64': base64.b64encode(numpy.round(array / scale).astype(numpy.int8).tobytes()).decode()}


def write(name, value):
    with open(f'{given.into}/{name}', 'w') as file:
        file.write(json.dumps(value, indent=2) + '\n')


def start():
    """What is known before anything is learned: centres, of the seed topics, and the directions in which pieces differ most."""
    competences = [competence for topic in data['topics'] for competence in topic]
    with torch.no_grad():
        for kind, centre in centres.items():
            texts = [text for competence in competences for text in competence[kind]]
            for at in range(0, len(texts), 512):
                centre += embed(texts[at : at + 512])[0].sum(0) / len(texts)
        texts = [request['text'] for field in data['training'][:40] for request in field['requests']]
        states = F.normalize(torch.cat(embed(texts)[1]), dim=-1)
        close['map'] += torch.linalg.svd(states - states.mean(0), full_matrices=False).Vh[: given.close].T


start()
parameters = [*model.parameters(), *centres.parameters(), *close.parameters()]
optimizer = torch.optim.AdamW(parameters, weight_decay=0)
fields, topics = turns(data['training']), turns(data['topics'])
smooth = None
tell(0, math.nan)
for step in range(1, given.steps + 1):
    if step % STALE == 1:
        training.renew()
    for group in optimizer.param_groups:
        group['lr'] = given.rate * min(1, step / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / given.steps))
    loss = loss_of(next(fields), [next(topics) for _ in range(given.topics)])
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1)
    optimizer.step()
    smooth = loss.item() if smooth is None else 0.95 * smooth + 0.05 * loss.item()
    if step % given.every == 0:
        tell(step, smooth)

write('centres.json', {kind: packed(centre) for kind, centre in centres.items()})
write('close.json', {'map': packed(close['map']), 'weight': packed(close['weight'])})
changes = {name: {'a': packed(model.a[key]), 'b': packed(model.b[key])} for name in model.changed() for key in [name.replace('.', '')]}
write('lora.json', {'rank': given.rank, 'changes': changes})
