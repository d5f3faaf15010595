"""A user's program with Anthropic's client: prints what it got of each backend that it is given."""

import json
import os
import sys

from anthropic import Anthropic
from pydantic import BaseModel

client = Anthropic(base_url=os.environ["ROUTER_URL"], api_key=os.environ["ROUTER_KEY"])
question = {"role": "user", "content": "hello"}
tools = [
    {
        "name": "weather",
        "description": "The weather of a city.",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
]


class Colour(BaseModel):
    colour: str


def text_of(message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def with_tools(calls: list, ask) -> str:
    messages = [question]
    while True:
        message = ask(messages)
        uses = [block for block in message.content if block.type == "tool_use"]
        if not uses:
            return text_of(message)
        calls.extend(use.input["city"] for use in uses)
        results = [{"type": "tool_result", "tool_use_id": use.id, "content": "sunny"} for use in uses]
        messages += [{"role": "assistant", "content": message.content}, {"role": "user", "content": results}]


def ask(backend: str) -> dict:
    def create(model, messages, **more):
        return client.messages.create(model=f"{backend}/{model}", max_tokens=1000, messages=messages, **more)

    def stream(model, messages, **more):
        with client.messages.stream(model=f"{backend}/{model}", max_tokens=1000, messages=messages, **more) as events:
            return events.get_final_message()

    whole = create("words", [question])
    with client.messages.stream(model=f"{backend}/words", max_tokens=1000, messages=[question]) as events:
        streamed = "".join(events.text_stream)
        usage = events.get_final_message().usage
    calls = []
    after_calls = [
        with_tools(calls, lambda messages: create("caller", messages, tools=tools)),
        with_tools(calls, lambda messages: stream("caller-streamed", messages, tools=tools)),
    ]
    parsed = client.messages.parse(
        model=f"{backend}/json", max_tokens=1000, messages=[question], output_format=Colour
    )
    return {
        "text": text_of(whole),
        "streamed": streamed,
        "tokens": [whole.usage.input_tokens, whole.usage.output_tokens, usage.input_tokens, usage.output_tokens],
        "calls": calls,
        "afterCalls": after_calls,
        "object": parsed.parsed_output.model_dump(),
    }


print(json.dumps({backend: ask(backend) for backend in sys.argv[1:]}))
