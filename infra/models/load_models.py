"""Loads the stack's models into the Triton server of this pod, each with the versions and the batching that the stack
says. The repository's own configuration stays as it is in everything else: it is read from the server once the model is
loaded, and the model loaded again with what differs. Fails when a model can't be loaded, and with it the container."""

import json
import sys
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 900


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def wait_until_live(server):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            ask(f"{server}/v2/health/live")
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def batches(config):
    """Engines that stream, and sequences, put requests together themselves."""
    decoupled = config.get("model_transaction_policy", {}).get("decoupled", False)
    return int(config.get("max_batch_size", 0)) > 0 and not decoupled and "sequence_batching" not in config


def configured(config, model):
    wanted = {**config, "version_policy": {"specific": {"versions": model["versions"]}}}
    if batches(config):
        delay = {"max_queue_delay_microseconds": model["maxQueueDelayMicroseconds"]}
        wanted["dynamic_batching"] = {**config.get("dynamic_batching", {}), **delay}
    return wanted


def load(server, model):
    name = model["name"]
    ask(f"{server}/v2/repository/models/{name}/load", {})
    index = ask(f"{server}/v2/repository/index", {"ready": True})
    ready = next((entry["version"] for entry in index if entry["name"] == name), model["versions"][0])
    config = ask(f"{server}/v2/models/{name}/versions/{ready}/config")
    wanted = configured(config, model)
    if wanted != config:
        parameters = {"config": json.dumps(wanted, sort_keys=True)}
        ask(f"{server}/v2/repository/models/{name}/load", {"parameters": parameters})
    for version in model["versions"]:
        ask(f"{server}/v2/models/{name}/versions/{version}/ready")


def main(server, file):
    with open(file, encoding="utf-8") as models:
        wanted = json.load(models)
    wait_until_live(server)
    for model in wanted:
        try:
            load(server, model)
        except urllib.error.HTTPError as error:
            sys.exit(f"{model['name']}: {error.read().decode(errors='replace').strip() or error}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
