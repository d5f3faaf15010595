"""A user's program with LangChain: prints what it got of each backend that it is given."""

import json
import os
import sys

from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

calls = []


class Colour(BaseModel):
    """A colour."""

    colour: str


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    calls.append(city)
    return "sunny"


def chat(model: str) -> ChatOpenAI:
    return ChatOpenAI(model=model, base_url=os.environ["ROUTER_URL"] + "/v1", api_key=os.environ["ROUTER_KEY"])


def streamed(model, messages):
    answer = None
    for chunk in model.stream(messages):
        answer = chunk if answer is None else answer + chunk
    return answer


def with_tools(model, ask) -> str:
    messages = [("user", "hello")]
    while True:
        answer = ask(model.bind_tools([weather]), messages)
        messages.append(answer)
        if not answer.tool_calls:
            return answer.text
        messages += [weather.invoke(call) for call in answer.tool_calls]


def ask(backend: str) -> dict:
    calls.clear()
    whole = chat(f"{backend}/words").invoke("hello")
    stream = streamed(chat(f"{backend}/words"), "hello")
    after_calls = [
        with_tools(chat(f"{backend}/caller"), lambda model, messages: model.invoke(messages)),
        with_tools(chat(f"{backend}/caller-streamed"), streamed),
    ]
    parsed = chat(f"{backend}/json").with_structured_output(Colour).invoke("hello")
    usages = [answer.usage_metadata or {} for answer in (whole, stream)]
    return {
        "text": whole.text,
        "streamed": stream.text,
        "tokens": [usage.get(name) for usage in usages for name in ("input_tokens", "output_tokens")],
        "calls": list(calls),
        "afterCalls": after_calls,
        "object": parsed.model_dump(),
    }


print(json.dumps({backend: ask(backend) for backend in sys.argv[1:]}))
