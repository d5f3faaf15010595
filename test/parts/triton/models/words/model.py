import json

import numpy as np
import triton_python_backend_utils as triton


class TritonPythonModel:
    """Says the prompt again, word by word, up to max_tokens of them; breaks off at the word `break`."""

    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            for response in answers(request):
                sender.send(response)
            sender.send(flags=triton.TRITONSERVER_RESPONSE_COMPLETE_FINAL)


def answers(request):
    words = text(request, "text_input").split()
    limit = json.loads(text(request, "sampling_parameters"))["max_tokens"]
    said = words[:limit]
    for place, word in enumerate(said):
        if word == "break":
            yield triton.InferenceResponse(error=triton.TritonError("it was told to break off"))
            return
        last = place == len(said) - 1
        reason = ("stop" if len(said) == len(words) else "length") if last else "None"
        yield triton.InferenceResponse([
            strings("text_output", word + " "),
            strings("finish_reason", reason),
            counts("num_input_tokens", len(words)),
            counts("num_output_tokens", 1),
        ])


def text(request, name):
    return triton.get_input_tensor_by_name(request, name).as_numpy()[0].decode()


def strings(name, value):
    return triton.Tensor(name, np.array([value], dtype=np.object_))


def counts(name, value):
    return triton.Tensor(name, np.array([value], dtype=np.uint32))
