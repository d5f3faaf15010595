"""A user's program with OpenAI's client: prints what it got of each backend that it is given."""

import json
import os
import sys

from openai import OpenAI
from pydantic import BaseModel

client = OpenAI(base_url=os.environ["ROUTER_URL"] + "/v1", api_key=os.environ["ROUTER_KEY"])
question = {"role": "user", "content": "hello"}
tools = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


class Colour(BaseModel):
    colour: str


def with_tools(calls: list, ask) -> str:
    messages = [question]
    while True:
        message = ask(messages)
        messages.append(message)
        if not message.tool_calls:
            return message.content
        for call in message.tool_calls:
            calls.append(json.loads(call.function.arguments)["city"])
            messages.append({"role": "tool", "tool_call_id": call.id, "content": "sunny"})


def ask(backend: str) -> dict:
    whole = client.chat.completions.create(model=f"{backend}/words", messages=[question])
    streamed = ""
    usage = None
    for chunk in client.chat.completions.create(
        model=f"{backend}/words", messages=[question], stream=True, stream_options={"include_usage": True}
    ):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            streamed += choice.delta.content or ""

    def create(messages):
        return client.chat.completions.create(model=f"{backend}/caller", messages=messages, tools=tools).choices[0].message

    def stream(messages):
        with client.chat.completions.stream(model=f"{backend}/caller-streamed", messages=messages, tools=tools) as events:
            return events.get_final_completion().choices[0].message

    calls = []
    after_calls = [with_tools(calls, create), with_tools(calls, stream)]
    parsed = client.chat.completions.parse(
        model=f"{backend}/json", messages=[question], response_format=Colour
    ).choices[0]
    return {
        "text": whole.choices[0].message.content,
        "streamed": streamed,
        "tokens": [whole.usage.prompt_tokens, whole.usage.completion_tokens, usage.prompt_tokens, usage.completion_tokens],
        "calls": calls,
        "afterCalls": after_calls,
        "object": parsed.message.parsed.model_dump(),
    }


print(json.dumps({backend: ask(backend) for backend in sys.argv[1:]}))
