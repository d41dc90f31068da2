"""
Trains what the sentence model learns besides; `npm run lora` runs it. In each step there are a field of the training set and a seed
topic, and of all that is offered in them, and of what other fields offer that is easily mistaken for it, each request is to be nearest to
what serves it (InfoNCE, van den Oord et al. 2018, of several that may be right): by the vectors of the whole texts, and with their
pieces one by one besides (late interaction, Khattab and Zaharia 2020).
"""
import argparse
import json
import math
import random

import torch
import torch.nn.functional as F

from bert import SIZE, read_weights
from finder import Finder

options = argparse.ArgumentParser()
for name in ['texts', 'topology', 'weights', 'into']:
    options.add_argument(f'--{name}', required=True)
options.add_argument('--steps', type=int, default=800)
options.add_argument('--rank', type=int, default=16)
options.add_argument('--first', type=int, default=3, help='the lowest layer that is changed')
options.add_argument('--topics', type=int, default=2, help='seed topics in a step, beside a field')
options.add_argument('--mined', type=int, default=32, help='offers of other fields in a step')
options.add_argument('--close', type=int, default=64, help='numbers of a piece that is looked at closely')
options.add_argument('--rate', type=float, default=8e-4)
options.add_argument('--seed', type=int, default=1)
options.add_argument('--threads', type=int, default=1)
options.add_argument('--every', type=int, default=100, help='steps after which it is told how well it finds')
given = options.parse_args()

TEMPERATURE = 0.05
WARM_UP = 15
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
finder = Finder(read_weights(given.topology, given.weights), given.rank, given.first, given.close, given.seed)


class Training:
    """All that is offered in the training set, and about where it lies."""

    offers = [offer for field in data['training'] for offer in field['offers']]
    place = {offer['id']: i for i, offer in enumerate(offers)}
    vectors = torch.zeros(len(offers), SIZE)

    def renew(self):
        with torch.no_grad():
            for at in range(0, len(self.offers), 256):
                self.vectors[at : at + 256] = finder.offers([offer['pieces'] for offer in self.offers[at : at + 256]])[0]

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
    asked, states = finder.requests(texts)
    own = len(field['requests'])
    with torch.no_grad():
        others, alike = training.mistaken(asked[:own], [request['serves'] for request in field['requests']], field)
    offered, pieces, counts = finder.offers(offers + others)
    rightly = torch.zeros(len(texts), len(offers) + len(others), dtype=torch.bool)
    for row, places in zip(rightly, right):
        row[places] = True
    unknown = torch.zeros_like(rightly)
    unknown[:own, len(offers) :] = alike
    whole = asked @ offered.T
    return sum(
        (score.logsumexp(1) - score.masked_fill(~rightly, -1e9).logsumexp(1)).mean()
        for score in [(near / TEMPERATURE).masked_fill(unknown, -1e9) for near in [whole, whole + finder.closeness(states, pieces, counts)]]
    )


def turns(items):
    """Each once, in another order each time round."""
    while True:
        yield from chance.sample(items, len(items))


def start():
    """What is known before anything is learned: centres, of the seed topics, and the directions in which pieces differ most."""
    competences = [competence for topic in data['topics'] for competence in topic]
    with torch.no_grad():
        for kind, centre in finder.centres.items():
            texts = [text for competence in competences for text in competence[kind]]
            for at in range(0, len(texts), 512):
                centre += finder.embed(texts[at : at + 512])[0].sum(0) / len(texts)
        texts = [request['text'] for field in data['training'][:40] for request in field['requests']]
        states = F.normalize(torch.cat(finder.embed(texts)[1]), dim=-1)
        finder.close['map'] += torch.linalg.svd(states - states.mean(0), full_matrices=False).Vh[: given.close].T


start()
parameters = list(finder.parameters())
optimizer = torch.optim.AdamW(parameters, weight_decay=0)
fields, topics = turns(data['training']), turns(data['topics'])
smooth = None
print('untrained', flush=True)
finder.tell(data['tuning'])
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
        print(step, f'loss {smooth:.3f}', flush=True)
        finder.tell(data['tuning'])

finder.save(given.into)
