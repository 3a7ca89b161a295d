"""Layers of the sentence model as a graph that ONNX Runtime runs.

The graph is made from the published weights when it is needed, so no second copy of them is kept.
It takes one sentence at a time, so nothing is padded and a text means the same in any company. Its
products can be of numbers rounded to a byte: what a short text takes is mostly the way of the
weights through memory. docs/decisions/0004 says what that saves, and what it changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

Vectors = NDArray[np.float32]

_OPSET, _IR = 17, 8  # of ONNX 1.12, the first with LayerNormalization
_IN, _OUT = "x", "y"
_LEVELS = 63  # of a rounded weight on each side of 0; more would overflow on older processors


class Layers:
    """Some layers of the network, one after the other."""

    def __init__(
        self,
        tensors: Mapping[str, Any],
        numbers: Sequence[int],
        config: Mapping[str, Any],
        *,
        rounded: bool,
    ) -> None:
        """Makes them ready to run.

        Args:
            tensors: the weights, by their published names.
            numbers: which layers, from 0.
            config: the model's own `config.json`.
            rounded: whether to multiply numbers of a byte, in less than half the time.

        Raises:
            KeyError: a weight is missing.
            ValueError: weights don't fit each other.
        """
        heads, epsilon = int(config["num_attention_heads"]), float(config["layer_norm_eps"])
        graph = _Graph(heads, epsilon, rounded)
        model = graph.model(tensors, numbers, width=int(config["hidden_size"]))
        options = onnxruntime.SessionOptions()
        # More threads would wait for work by spinning, and take the time of other people's turns.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, x: Vectors) -> Vectors:
        """From the pieces of a sentence to what the layers make of them: (1, pieces, width)."""
        found: Vectors = self._session.run([_OUT], {_IN: x})[0]
        return found


class _Graph:
    """Collects the nodes and the weights of a graph."""

    def __init__(self, heads: int, epsilon: float, rounded: bool) -> None:
        self._heads, self._epsilon = heads, epsilon
        self._product = self._rounded_product if rounded else self._exact_product
        self._nodes: list[NodeProto] = []
        self._weights: list[TensorProto] = []

    def model(self, tensors: Mapping[str, Any], numbers: Sequence[int], width: int) -> ModelProto:
        x = _IN
        for number in numbers:
            x = self._layer(tensors, f"encoder.layer.{number}", x, width)
        self._nodes.append(helper.make_node("Identity", [x], [_OUT]))
        ends = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "pieces", width])
            for name in (_IN, _OUT)
        ]
        graph = helper.make_graph(self._nodes, "layers", ends[:1], ends[1:], self._weights)
        opset = helper.make_opsetid("", _OPSET)
        return helper.make_model(graph, opset_imports=[opset], ir_version=_IR)

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
        return self._node("Add", self._product(x, weight), self._constant(bias))

    def _exact_product(self, x: str, weight: Vectors) -> str:
        return self._node("MatMul", x, self._constant(weight))

    def _rounded_product(self, x: str, weight: Vectors) -> str:
        scale = np.abs(weight).max(axis=0) / _LEVELS
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
