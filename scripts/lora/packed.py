"""Numbers as the product keeps them: eight bits each in base64, and what each is multiplied by."""
import base64
import json

import numpy
import torch


def packed(numbers):
    array = numbers.detach().numpy()
    scale = float(abs(array).max()) / 127 or 1.0
    return {'scale': scale, 'base64': base64.b64encode(numpy.round(array / scale).astype(numpy.int8).tobytes()).decode()}


def unpacked(kept, *shape):
    numbers = numpy.frombuffer(base64.b64decode(kept['base64']), numpy.int8)
    return torch.tensor(numbers.astype(numpy.float32) * kept['scale']).reshape(*shape)


def write(path, value):
    with open(path, 'w') as file:
        file.write(json.dumps(value, indent=2) + '\n')
