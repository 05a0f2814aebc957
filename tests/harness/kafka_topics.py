"""Deletes a topic, by librdkafka's C interface as in kafka_reader."""
import ctypes
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_void_p

from harness.kafka_reader import LIBRARY

PRODUCER = 0

for name, result, arguments in [
    ("rd_kafka_queue_new", c_void_p, [c_void_p]),
    ("rd_kafka_queue_destroy", None, [c_void_p]),
    ("rd_kafka_queue_poll", c_void_p, [c_void_p, c_int]),
    ("rd_kafka_DeleteTopic_new", c_void_p, [c_char_p]),
    ("rd_kafka_DeleteTopic_destroy", None, [c_void_p]),
    ("rd_kafka_DeleteTopics", None, [c_void_p, POINTER(c_void_p), c_size_t, c_void_p, c_void_p]),
    ("rd_kafka_event_error", c_int, [c_void_p]),
    ("rd_kafka_event_error_string", c_char_p, [c_void_p]),
    ("rd_kafka_event_destroy", None, [c_void_p]),
    ("rd_kafka_destroy", None, [c_void_p]),
]:
    function = getattr(LIBRARY, name)
    function.restype, function.argtypes = result, arguments


def delete_topic(brokers, topic):
    configuration = LIBRARY.rd_kafka_conf_new()
    error = ctypes.create_string_buffer(256)
    assert LIBRARY.rd_kafka_conf_set(configuration, b"bootstrap.servers", brokers.encode(), error, 256) == 0, error.value
    client = LIBRARY.rd_kafka_new(PRODUCER, configuration, error, 256)
    assert client, error.value
    queue = LIBRARY.rd_kafka_queue_new(client)
    deletion = LIBRARY.rd_kafka_DeleteTopic_new(topic.encode())
    LIBRARY.rd_kafka_DeleteTopics(client, (c_void_p * 1)(deletion), 1, None, queue)
    event = LIBRARY.rd_kafka_queue_poll(queue, 30_000)
    assert event, "the broker does not answer"
    code, text = LIBRARY.rd_kafka_event_error(event), LIBRARY.rd_kafka_event_error_string(event)
    LIBRARY.rd_kafka_event_destroy(event)
    LIBRARY.rd_kafka_DeleteTopic_destroy(deletion)
    LIBRARY.rd_kafka_queue_destroy(queue)
    LIBRARY.rd_kafka_destroy(client)
    assert code == 0, text
