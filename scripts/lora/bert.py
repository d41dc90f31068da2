"""
The sentence model as PyTorch sees it: BERT of six layers with the weights of the TensorFlow.js files, none of which is trained, and
changes of low rank (LoRA, Hu et al. 2021) of the matrices of its upper layers, which are.
"""
import json
import math

import numpy
import torch
import torch.nn.functional as F

LAYERS, HEADS, SIZE = 6, 12, 384
PREFIX = 'StatefulPartitionedCall/model/tf_bert_model/bert/'
MATRICES = [
    'attention/self/query',
    'attention/self/key',
    'attention/self/value',
    'attention/output/dense',
    'intermediate/dense',
    'output/dense',
]


def read_weights(topology, weights):
    """Tensors by name; eight-bit numbers as what they stand for."""
    specs = [spec for group in json.load(open(topology))['weightsManifest'] for spec in group['weights']]
    data = open(weights, 'rb').read()
    found, at = {}, 0
    for spec in specs:
        quantization = spec.get('quantization')
        kind = numpy.dtype(quantization['dtype'] if quantization else spec['dtype'])
        numbers = numpy.frombuffer(data, kind, math.prod(spec['shape']), at)
        at += numbers.nbytes
        if quantization:
            numbers = numbers.astype(numpy.float32) * quantization['scale'] + quantization['min']
        found[spec['name']] = torch.tensor(numbers.reshape(spec['shape']))
    assert at == len(data), f'expected {at} bytes of weights, got {len(data)}'
    return found


class Bert(torch.nn.Module):
    def __init__(self, weights, rank, first, seed):
        """`first`: the lowest layer that is changed; those below it are the same for every text and step."""
        super().__init__()
        self.weights, self.rank, self.first = weights, rank, first
        random = torch.Generator().manual_seed(seed)
        self.a, self.b = torch.nn.ParameterDict(), torch.nn.ParameterDict()
        for name in self.changed():
            rows, columns = weights[name].shape
            self.a[key(name)] = torch.nn.Parameter(torch.randn(rows, rank, generator=random) / math.sqrt(rows))
            self.b[key(name)] = torch.nn.Parameter(torch.zeros(rank, columns))

    def changed(self):
        """Names of the weights that are changed."""
        return [matrix(layer, name) for layer in range(self.first, LAYERS) for name in MATRICES]

    def lower(self, pieces, mask):
        """What comes out of the layers that never change, of texts' word pieces."""
        weights = self.weights
        x = weights[ending(weights, 'unknown')][pieces] + weights[ending(weights, 'unknown_0')][: pieces.shape[1]]
        x = self._normal(x + weights[ending(weights, 'unknown_1')][0], 'embeddings')
        for layer in range(self.first):
            x = self._layer(x, mask, layer)
        return x

    def upper(self, x, mask):
        """What the other layers make of that."""
        for layer in range(self.first, LAYERS):
            x = self._layer(x, mask, layer)
        return x

    def _layer(self, x, mask, layer):
        at = f'encoder/layer_._{layer}/'
        texts, length, _ = x.shape

        def heads(name):
            return self._linear(x, layer, name).view(texts, length, HEADS, SIZE // HEADS).transpose(1, 2)

        query, keys, value = (heads(f'attention/self/{name}') for name in ['query', 'key', 'value'])
        attention = query @ keys.transpose(2, 3) / math.sqrt(SIZE // HEADS) + (1 - mask)[:, None, None, :] * -1e4
        seen = (attention.softmax(-1) @ value).transpose(1, 2).reshape(texts, length, SIZE)
        x = self._normal(self._linear(seen, layer, 'attention/output/dense') + x, f'{at}attention/output')
        inner = F.gelu(self._linear(x, layer, 'intermediate/dense'))
        return self._normal(self._linear(inner, layer, 'output/dense') + x, f'{at}output')

    def _linear(self, x, layer, name):
        whole = matrix(layer, name)
        y = x @ self.weights[whole] + self.weights[f'{PREFIX}encoder/layer_._{layer}/{name}/BiasAdd/ReadVariableOp']
        return y + x @ self.a[key(whole)] @ self.b[key(whole)] if key(whole) in self.a else y

    def _normal(self, x, name):
        at = f'{PREFIX}{name}/LayerNorm/batchnorm/'
        return F.layer_norm(x, (SIZE,), self.weights[f'{at}mul/ReadVariableOp'], self.weights[f'{at}ReadVariableOp'], 1e-12)


def matrix(layer, name):
    return f'{PREFIX}encoder/layer_._{layer}/{name}/Tensordot/ReadVariableOp'


def key(name):
    """Parameters' names have no dots."""
    return name.replace('.', '')


def ending(weights, end):
    return next(name for name in weights if name.split('/')[-1] == end)
