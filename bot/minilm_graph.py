"""Layers of the sentence model as a graph that ONNX Runtime runs.

The graph is made from the published weights when it is needed, so no second copy of them is kept.
It takes one sentence at a time, so nothing is padded and a text means the same in any company. Its
products can be of numbers rounded to a byte: what a short text takes is mostly the way of the
weights through memory. docs/decisions/0004 says what that saves, and what it changes.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]
Rounding = Literal["none", "fine", "coarse"]

_OPSET, _IR = 17, 8  # of ONNX 1.12, the first with LayerNormalization
_RUNTIME, _RUNTIME_OPSET = "com.microsoft", 1  # ONNX Runtime's own operators
_IN, _OUT = "x", "y"
_COARSE_LEVELS = 63  # of a weight on each side of 0; more would overflow on older processors
_FINE_LEVELS, _ZERO = 127, 128  # the same, and the byte that 0 is
_BLOCK = 32  # numbers that share a scale
_BOTH_SIDES = 4  # the accuracy level at which what weights are multiplied with is rounded as well


class Layers:
    """Some layers of the network, one after the other."""

    def __init__(
        self,
        tensors: Mapping[str, Any],
        numbers: Sequence[int],
        config: Mapping[str, Any],
        *,
        rounding: Rounding = "none",
    ) -> None:
        """Makes them ready to run.

        Args:
            tensors: the weights, by their published names.
            numbers: which layers, from 0.
            config: the model's own `config.json`.
            rounding: how to make bytes of the numbers that are multiplied. "fine" is with a scale
                for every few, if this processor can; it is quick with short texts, and nearly as
                good as none. "coarse" is with one for each column, and quick with long ones too.

        Raises:
            KeyError: a weight is missing.
            ValueError: weights don't fit each other.
        """
        heads, epsilon = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
        if rounding == "fine" and not rounds_finely():
            rounding = "none"
        graph, width = _Graph(heads, epsilon, rounding), int(config["hidden_size"])
        self._run = _Runs(graph.model(graph.layers(tensors, numbers, width), width, width))

    def __call__(self, x: Vectors) -> Vectors:
        """From the pieces of a sentence to what the layers make of them: (1, pieces, width)."""
        return self._run(x)


class _Runs:
    """A graph, ready to run."""

    def __init__(self, model: ModelProto) -> None:
        options = onnxruntime.SessionOptions()
        # More threads would wait for work by spinning, and take the time of other people's turns.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, x: Vectors) -> Vectors:
        found: Vectors = self._session.run([_OUT], {_IN: x})[0]
        return found


@lru_cache(maxsize=1)
def rounds_finely() -> bool:
    """Whether this processor multiplies bytes without cutting off large sums, as older ones may.

    Tried with the largest sums there can be, for one piece and for several.
    """
    pieces, width = 5, 4 * _BLOCK
    weight = np.ones((width, 4), np.float32) * np.array([1, -1, 1, -1], np.float32)
    weight[::2, 2:] *= -1
    x = np.ones((1, pieces, width), np.float32) * np.array([1, -1, 1, -1, 1], np.float32)[:, None]
    graph = _Graph(heads=1, epsilon=0.0, rounding="fine")
    run = _Runs(graph.model(graph.product(_IN, weight), width, weight.shape[1]))
    right = all(np.allclose(run(part), part @ weight, atol=0.5) for part in (x, x[:, :1]))
    if not right:
        log.warning("This processor can't round finely: the crisis screen takes longer here.")
    return right


class _Graph:
    """Collects the nodes and the weights of a graph."""

    def __init__(self, heads: int, epsilon: float, rounding: Rounding) -> None:
        self._heads, self._epsilon = heads, epsilon
        self.product = {
            "none": self._exact_product,
            "fine": self._fine_product,
            "coarse": self._coarse_product,
        }[rounding]
        self._nodes: list[NodeProto] = []
        self._weights: list[TensorProto] = []

    def layers(self, tensors: Mapping[str, Any], numbers: Sequence[int], width: int) -> str:
        """The name of what some layers make of the graph's input."""
        x = _IN
        for number in numbers:
            x = self._layer(tensors, f"encoder.layer.{number}", x, width)
        return x

    def model(self, result: str, width_in: int, width_out: int) -> ModelProto:
        """The graph that ends with `result`."""
        self._nodes.append(helper.make_node("Identity", [result], [_OUT]))
        start, end = (
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "pieces", width])
            for name, width in ((_IN, width_in), (_OUT, width_out))
        )
        graph = helper.make_graph(self._nodes, "layers", [start], [end], self._weights)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, _RUNTIME_OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR)

    def _layer(self, tensors: Mapping[str, Any], name: str, x: str, width: int) -> str:
        attended = self._attention(tensors, f"{name}.attention.self", x, width)
        attended = self._dense(tensors, [f"{name}.attention.output.dense"], attended)
        x = self._norm(
            tensors, f"{name}.attention.output.LayerNorm", self._node("Add", attended, x)
        )
        wide = self._gelu(self._dense(tensors, [f"{name}.intermediate.dense"], x))
        narrow = self._dense(tensors, [f"{name}.output.dense"], wide)
        return self._norm(tensors, f"{name}.output.LayerNorm", self._node("Add", narrow, x))

    def _attention(self, tensors: Mapping[str, Any], name: str, x: str, width: int) -> str:
        size = width // self._heads
        # Query, key and value in one product.
        together = self._dense(tensors, [f"{name}.{part}" for part in ("query", "key", "value")], x)
        heads = self._node("Reshape", together, self._whole(0, 0, 3, self._heads, size))
        parts = self._node("Transpose", heads, perm=[2, 0, 3, 1, 4])
        query, key, value = (
            self._node("Gather", parts, self._constant(np.array(part)), axis=0) for part in range(3)
        )
        scores = self._node("MatMul", query, self._node("Transpose", key, perm=[0, 1, 3, 2]))
        scaled = self._node("Mul", scores, self._number(size**-0.5))
        context = self._node("MatMul", self._node("Softmax", scaled, axis=-1), value)
        joined = self._node("Transpose", context, perm=[0, 2, 1, 3])
        return self._node("Reshape", joined, self._whole(0, 0, width))

    def _dense(self, tensors: Mapping[str, Any], names: Sequence[str], x: str) -> str:
        weight = np.concatenate([tensors[f"{name}.weight"] for name in names]).T
        bias = np.concatenate([tensors[f"{name}.bias"] for name in names])
        return self._node("Add", self.product(x, weight), self._constant(bias))

    def _exact_product(self, x: str, weight: Vectors) -> str:
        return self._node("MatMul", x, self._constant(weight))

    def _fine_product(self, x: str, weight: Vectors) -> str:
        width, size = weight.shape
        blocks = weight.T.reshape(size, width // _BLOCK, _BLOCK)
        scales = np.abs(blocks).max(axis=2) / _FINE_LEVELS
        scales = np.maximum(scales, np.finfo(np.float32).tiny).astype(np.float32)
        whole = np.round(blocks / scales[:, :, None]) + _ZERO
        return self._node(
            "MatMulNBits",
            x,
            self._constant(whole.astype(np.uint8)),
            self._constant(scales.ravel()),
            domain=_RUNTIME,
            K=width,
            N=size,
            bits=8,
            block_size=_BLOCK,
            accuracy_level=_BOTH_SIDES,
        )

    def _coarse_product(self, x: str, weight: Vectors) -> str:
        scale = np.abs(weight).max(axis=0) / _COARSE_LEVELS
        values, x_scale, zero = (f"{x}.{part}" for part in ("values", "scale", "zero"))
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [x], [values, x_scale, zero]))
        whole = self._constant(np.round(weight / scale).astype(np.int8))
        product = self._node("MatMulInteger", values, whole, zero)
        scales = self._node("Mul", x_scale, self._constant(scale.astype(np.float32)))
        return self._node("Mul", self._node("Cast", product, to=TensorProto.FLOAT), scales)

    def _norm(self, tensors: Mapping[str, Any], name: str, x: str) -> str:
        weight, bias = (self._constant(tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self._node("LayerNormalization", x, weight, bias, epsilon=self._epsilon)

    def _gelu(self, x: str) -> str:
        error = self._node("Erf", self._node("Mul", x, self._number(0.5**0.5)))
        share = self._node("Mul", self._node("Add", error, self._number(1.0)), self._number(0.5))
        return self._node("Mul", x, share)

    def _node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        output = f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def _number(self, value: float) -> str:
        return self._constant(np.array(value, np.float32))

    def _whole(self, *values: int) -> str:
        return self._constant(np.array(values, np.int64))

    def _constant(self, values: NDArray[Any]) -> str:
        name = f"w{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(values, name))
        return name
