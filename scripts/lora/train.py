"""
Trains the sentence model's change of low rank; `npm run lora` runs it. In each step there are a field of the training set and some
seed topics, and of all that is offered in them each request is to be nearest to what serves it (InfoNCE, van den Oord et al. 2018, of
several that may be right).
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
options.add_argument('--steps', type=int, default=350)
options.add_argument('--rank', type=int, default=8)
options.add_argument('--first', type=int, default=3, help='the lowest layer that is changed')
options.add_argument('--topics', type=int, default=1, help='seed topics in a step, beside a field')
options.add_argument('--rate', type=float, default=1e-3)
options.add_argument('--seed', type=int, default=1)
options.add_argument('--threads', type=int, default=1)
options.add_argument('--every', type=int, default=50, help='steps after which it is told how well it finds')
given = options.parse_args()

TEMPERATURE = 0.05
WARM_UP = 15
# texts that go through the model together
TOGETHER = 24
# how often an offer has its first piece only, as some have no examples
BARE = 0.15

torch.set_num_threads(given.threads)
chance = random.Random(given.seed)
data = json.load(open(given.texts))
model = Bert(read_weights(given.topology, given.weights), given.rank, given.first, given.seed)
# what all requests have in common, as all offers: it is taken away
centres = torch.nn.ParameterDict({'requests': torch.nn.Parameter(torch.zeros(SIZE)), 'offers': torch.nn.Parameter(torch.zeros(SIZE))})
lower = {}


def in_groups(texts):
    """Texts of about the same length together, by their places."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    return [order[at : at + TOGETHER] for at in range(0, len(order), TOGETHER)]


def embed(texts):
    """Vectors of texts. What the lower layers make of one is kept."""
    new = [list(text) for text in {tuple(text) for text in texts} - lower.keys()]
    with torch.no_grad():
        for group in in_groups(new):
            some = [new[i] for i in group]
            pieces = torch.nn.utils.rnn.pad_sequence([torch.tensor(text) for text in some], batch_first=True)
            for text, x in zip(some, model.lower(pieces, mask_of(some))):
                lower[tuple(text)] = x[: len(text)].half().clone()
    groups = in_groups(texts)
    vectors = []
    for group in groups:
        some = [texts[i] for i in group]
        x = torch.nn.utils.rnn.pad_sequence([lower[tuple(text)].float() for text in some], batch_first=True)
        vectors.append(model.upper(x, mask_of(some)))
    places = torch.tensor([i for group in groups for i in group])
    return torch.cat(vectors)[places.argsort()]


def mask_of(texts):
    longest = max(map(len, texts))
    return torch.tensor([[1.0] * len(text) + [0.0] * (longest - len(text)) for text in texts])


def cosines(requests, offers):
    """Of each request to each offer, which is the mean of its pieces."""
    pieces = [piece for offer in offers for piece in offer]
    vectors = embed(requests + pieces)
    owner = torch.tensor([i for i, offer in enumerate(offers) for _ in offer])
    means = torch.zeros(len(offers), SIZE).index_add(0, owner, vectors[len(requests) :]) / torch.bincount(owner)[:, None]
    placed = F.normalize(means - centres['offers'], dim=-1)
    return F.normalize(vectors[: len(requests)] - centres['requests'], dim=-1) @ placed.T


def tell(step, loss):
    """How well it finds in all fields of the tuning set together, by meaning alone."""
    offers = [offer for field in data['tuning'] for offer in field['offers']]
    requests = [request for field in data['tuning'] for request in field['requests']]
    place = {offer['id']: i for i, offer in enumerate(offers)}
    with torch.no_grad():
        near = cosines([request['text'] for request in requests], [offer['pieces'] for offer in offers])
    best = torch.stack([row[[place[id] for id in request['serves']]].max() for row, request in zip(near, requests)])
    ranks = (near > best[:, None]).sum(1) + 1
    shares = [(ranks == 1), (ranks <= 5), 1 / ranks]
    print(step, f'loss {loss:.3f}', *(f'{name} {share.float().mean():.3f}' for name, share in zip(['@1', '@5', 'mrr'], shares)), flush=True)


def lesson(field, topics):
    """Requests, offers, and for each request which of them serve it."""
    offers, requests, right = [], [], []
    places = {}
    for offer in field['offers']:
        places[offer['id']] = len(offers)
        offers.append(offer['pieces'][:1] if chance.random() < BARE else offer['pieces'])
    for request in field['requests']:
        requests.append(request['text'])
        right.append([places[id] for id in request['serves']])
    for topic in topics:
        for competence in topic:
            one, other = chance.sample(competence['offers'], 2)
            requests.append(chance.choice(competence['requests']))
            right.append([len(offers)])
            offers.append(chance.choice([[one], [one, other], [one, competence['words']]]))
    return requests, offers, right


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


def start_centres():
    """Where they are before anything is learned, of the seed topics."""
    competences = [competence for topic in data['topics'] for competence in topic]
    for kind, centre in centres.items():
        texts = [text for competence in competences for text in competence[kind]]
        with torch.no_grad():
            for at in range(0, len(texts), 512):
                centre += embed(texts[at : at + 512]).sum(0) / len(texts)


start_centres()
parameters = [*model.parameters(), *centres.parameters()]
optimizer = torch.optim.AdamW(parameters, weight_decay=0)
fields, topics = turns(data['training']), turns(data['topics'])
smooth = None
tell(0, math.nan)
for step in range(1, given.steps + 1):
    for group in optimizer.param_groups:
        group['lr'] = given.rate * min(1, step / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / given.steps))
    requests, offers, right = lesson(next(fields), [next(topics) for _ in range(given.topics)])
    near = cosines(requests, offers) / TEMPERATURE
    rightly = torch.zeros_like(near, dtype=torch.bool)
    for row, places in zip(rightly, right):
        row[places] = True
    loss = (near.logsumexp(1) - near.masked_fill(~rightly, -1e9).logsumexp(1)).mean()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1)
    optimizer.step()
    smooth = loss.item() if smooth is None else 0.95 * smooth + 0.05 * loss.item()
    if step % given.every == 0:
        tell(step, smooth)

write('centres.json', {kind: packed(centre) for kind, centre in centres.items()})
changes = {name: {'a': packed(model.a[key]), 'b': packed(model.b[key])} for name in model.changed() for key in [name.replace('.', '')]}
write('lora.json', {'rank': given.rank, 'changes': changes})
