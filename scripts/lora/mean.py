"""
The mean of several trainings that had the same start and other chances: what one learned by chance the others did not (Wortsman et
al. 2022). Of each matrix only the directions in which it is changed most are kept. `npm run lora` runs it.
"""
import argparse
import json

import torch

from bert import LAYERS, SIZE, key, read_weights
from finder import Finder
from packed import unpacked

options = argparse.ArgumentParser()
for name in ['texts', 'topology', 'weights', 'into']:
    options.add_argument(f'--{name}', required=True)
options.add_argument('--rank', type=int, default=24, help='directions of each matrix that are kept')
options.add_argument('trainings', nargs='+', help='folders of what was trained')
given = options.parse_args()


def mean(*some):
    return torch.stack(some).mean(0)


def kept(file, *names):
    """What stands under these names, of each training."""
    found = []
    for folder in given.trainings:
        value = json.load(open(f'{folder}/{file}.json'))
        for name in names:
            value = value[name]
        found.append(value)
    return found


def change(name):
    """A matrix's, of each training."""
    pairs = zip(kept('lora', 'changes', name), kept('lora', 'rank'))
    return [unpacked(one['a'], -1, rank) @ unpacked(one['b'], rank, -1) for one, rank in pairs]


[names] = {tuple(changes) for changes in kept('lora', 'changes')}
[close] = {unpacked(one, SIZE, -1).shape[1] for one in kept('close', 'map')}
weights = read_weights(given.topology, given.weights)
first = next(layer for layer in range(LAYERS) if any(f'layer_._{layer}/' in name for name in names))
finder = Finder(weights, given.rank, first, close, 0)
with torch.no_grad():
    for name in names:
        left, sizes, right = torch.linalg.svd(mean(*change(name)), full_matrices=False)
        root = sizes[: given.rank].sqrt()
        finder.bert.a[key(name)].copy_(left[:, : given.rank] * root)
        finder.bert.b[key(name)].copy_(root[:, None] * right[: given.rank])
    for kind, centre in finder.centres.items():
        centre.copy_(mean(*(unpacked(one, SIZE) for one in kept('centres', kind))))
    for name, numbers in finder.close.items():
        numbers.copy_(mean(*(unpacked(one, *numbers.shape) for one in kept('close', name))))
finder.tell(json.load(open(given.texts))['tuning'])
finder.save(given.into)
