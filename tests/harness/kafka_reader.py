"""Reads a whole topic, as any consumer would: librdkafka by its C interface, since the library is there for the programs
anyway and Python has no client in Debian."""
import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_int32, c_int64, c_size_t, c_void_p, string_at
from dataclasses import dataclass, field

LIBRARY = ctypes.CDLL("librdkafka.so.1")
CONSUMER = 1
PARTITION_EOF = -191


class Message(ctypes.Structure):
    _fields_ = [("err", c_int), ("topic", c_void_p), ("partition", c_int32), ("payload", c_void_p), ("length", c_size_t),
                ("key", c_void_p), ("key_length", c_size_t), ("offset", c_int64), ("private", c_void_p)]


for name, result, arguments in [
    ("rd_kafka_conf_new", c_void_p, []),
    ("rd_kafka_conf_set", c_int, [c_void_p, c_char_p, c_char_p, c_char_p, c_size_t]),
    ("rd_kafka_new", c_void_p, [c_int, c_void_p, c_char_p, c_size_t]),
    ("rd_kafka_poll_set_consumer", c_int, [c_void_p]),
    ("rd_kafka_topic_partition_list_new", c_void_p, [c_int]),
    ("rd_kafka_topic_partition_list_add", c_void_p, [c_void_p, c_char_p, c_int32]),
    ("rd_kafka_topic_partition_list_set_offset", c_int, [c_void_p, c_char_p, c_int32, c_int64]),
    ("rd_kafka_topic_partition_list_destroy", None, [c_void_p]),
    ("rd_kafka_assign", c_int, [c_void_p, c_void_p]),
    ("rd_kafka_consumer_poll", POINTER(Message), [c_void_p, c_int]),
    ("rd_kafka_message_headers", c_int, [c_void_p, POINTER(c_void_p)]),
    ("rd_kafka_header_get_all", c_int, [c_void_p, c_size_t, POINTER(c_char_p), POINTER(c_void_p), POINTER(c_size_t)]),
    ("rd_kafka_message_destroy", None, [c_void_p]),
    ("rd_kafka_consumer_close", c_int, [c_void_p]),
    ("rd_kafka_destroy", None, [c_void_p]),
]:
    function = getattr(LIBRARY, name)
    function.restype, function.argtypes = result, arguments


@dataclass
class Record:
    partition: int
    offset: int
    key: str
    value: bytes
    headers: dict = field(default_factory=dict)


def read_topic(brokers, topic, partitions=12):
    """Every record, by partition and offset."""
    error = ctypes.create_string_buffer(512)
    configuration = LIBRARY.rd_kafka_conf_new()
    for name, value in {"bootstrap.servers": brokers, "group.id": "reader", "enable.auto.commit": "false",
                        "enable.partition.eof": "true", "auto.offset.reset": "error"}.items():
        if LIBRARY.rd_kafka_conf_set(configuration, name.encode(), value.encode(), error, len(error)) != 0:
            raise RuntimeError(error.value.decode())
    client = LIBRARY.rd_kafka_new(CONSUMER, configuration, error, len(error))
    if not client:
        raise RuntimeError(error.value.decode())
    try:
        LIBRARY.rd_kafka_poll_set_consumer(client)
        wanted = LIBRARY.rd_kafka_topic_partition_list_new(partitions)
        for partition in range(partitions):
            LIBRARY.rd_kafka_topic_partition_list_add(wanted, topic.encode(), partition)
            LIBRARY.rd_kafka_topic_partition_list_set_offset(wanted, topic.encode(), partition, 0)
        LIBRARY.rd_kafka_assign(client, wanted)
        LIBRARY.rd_kafka_topic_partition_list_destroy(wanted)
        return sorted(poll_to_the_end(client, partitions), key=lambda record: (record.partition, record.offset))
    finally:
        LIBRARY.rd_kafka_consumer_close(client)
        LIBRARY.rd_kafka_destroy(client)


def poll_to_the_end(client, partitions):
    records, ended = [], set()
    while len(ended) < partitions:
        pointer = LIBRARY.rd_kafka_consumer_poll(client, 30_000)
        if not pointer:
            raise TimeoutError(f"the ends of only {len(ended)} of {partitions} partitions came within 30 s")
        message = pointer.contents
        if message.err == PARTITION_EOF:
            ended.add(message.partition)
        elif message.err:
            raise RuntimeError(f"librdkafka error {message.err}")
        else:
            records.append(Record(message.partition, message.offset, string_at(message.key, message.key_length).decode(),
                                  string_at(message.payload, message.length), headers_of(pointer)))
        LIBRARY.rd_kafka_message_destroy(pointer)
    return records


def headers_of(pointer):
    headers, found = c_void_p(), {}
    if LIBRARY.rd_kafka_message_headers(pointer, byref(headers)) != 0:
        return found
    name, value, size = c_char_p(), c_void_p(), c_size_t()
    index = 0
    while LIBRARY.rd_kafka_header_get_all(headers, index, byref(name), byref(value), byref(size)) == 0:
        found[name.value.decode()] = string_at(value, size.value).decode()
        index += 1
    return found
