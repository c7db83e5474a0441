"""Stop a speech when the user begins to talk, and answer at once on the same socket.

Needs CARTESIA_API_KEY, or: cartesia-stream emulate --realtime 1 -- python examples/interrupt.py
"""

from cartesia_stream import AudioChunk, Cancelled, Cartesia, Done

STORY = "Once upon a time there was a very long story, and it went on, and on, and on. " * 5
INTERRUPTED_AFTER_S = 1.0

with Cartesia() as client, client.tts.websocket_connect() as connection:
    voice = client.voices.list(limit=1).data[0].id
    with connection.context(voice=voice) as context:
        context.push(STORY)
        context.no_more_inputs()
        stream = context.receive()
        for event in stream:
            if isinstance(event, AudioChunk) and stream.duration >= INTERRUPTED_AFTER_S:
                context.cancel()  # audio that arrives after this is dropped
            elif isinstance(event, Cancelled):
                print(f"interrupted after {stream.duration:.1f} s")
            elif isinstance(event, Done):
                print("nobody interrupted")
    answer = connection.speak("Sorry, go ahead.", voice=voice).collect()
    print(
        f"answered with {answer.duration:.1f} s, the first after {answer.time_to_first_audio:.3f} s"
    )
