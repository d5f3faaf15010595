import numpy as np
import triton_python_backend_utils as triton


class TritonPythonModel:
    """A vector says which version made it and what of: version, number of bytes, first byte, last byte."""

    def initialize(self, args):
        self.version = int(args["model_version"])

    def execute(self, requests):
        return [triton.InferenceResponse([self.embed(request)]) for request in requests]

    def embed(self, request):
        texts = triton.get_input_tensor_by_name(request, "text").as_numpy()
        vectors = [[self.version, len(text), text[0], text[-1]] for text in texts[:, 0]]
        return triton.Tensor("embedding", np.array(vectors, dtype=np.float32))
