import json

import numpy as np
import triton_python_backend_utils as triton

INPUTS = ["text_input", "max_tokens", "stop_words", "temperature", "stream"]


class TritonPythonModel:
    """Answers with what it was given, as one line of JSON; fails where the prompt says so."""

    def initialize(self, args):
        self.version = args["model_version"]

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        given = {name: value(request, name) for name in INPUTS}
        if "please fail" in given["text_input"][0]:
            return triton.InferenceResponse(error=triton.TritonError("it was told to fail"))
        line = json.dumps({"version": self.version, "parameters": json.loads(request.parameters()), **given})
        return triton.InferenceResponse([triton.Tensor("text_output", np.array([[line]], dtype=np.object_))])


def value(request, name):
    tensor = triton.get_input_tensor_by_name(request, name)
    if tensor is None:
        return None
    return [item.decode() if isinstance(item, bytes) else item for item in tensor.as_numpy().flatten().tolist()]
