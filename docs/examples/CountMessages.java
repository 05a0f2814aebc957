import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Counts the messages of chat.events.public by day, agent type and session, as a member of a consumer group: what
 * count_messages.py does, with Kafka's own client.
 *
 * <p>java -cp '.build/kafka/*' docs/examples/CountMessages.java BROKERS TOPIC GROUP FOLDER
 */
public class CountMessages {
    private static final int SAVE_EVERY = 500; // records
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is counted of a partition, with the offset up to which it is: one file, replaced at once. */
    private static final class PartitionCounts {
        final Path file;
        long nextOffset;
        final Map<String, String> agentTypes = new HashMap<>(); // of each session
        final Map<String, Long> counts = new TreeMap<>(); // by "day agent_type session"
        int unsaved;

        PartitionCounts(Path folder, int partition) throws IOException {
            file = folder.resolve(partition + ".json");
            if (!Files.exists(file)) return;
            JsonNode kept = JSON.readTree(file.toFile());
            nextOffset = kept.get("next_offset").asLong();
            kept.get("agent_types").fields().forEachRemaining(e -> agentTypes.put(e.getKey(), e.getValue().asText()));
            kept.get("counts").fields().forEachRemaining(e -> counts.put(e.getKey(), e.getValue().asLong()));
        }

        void take(ConsumerRecord<String, String> record) throws IOException {
            String session = header(record, "ce_subject");
            String day = header(record, "ce_time").substring(0, 10);
            String type = header(record, "ce_type");
            String event = type.substring(0, type.lastIndexOf('.')); // without its version
            boolean message = event.equals("chat.message.added");
            if (event.equals("chat.session.created")) {
                JsonNode data = JSON.readTree(record.value());
                agentTypes.put(session, data.get("agent_type").asText());
                message = data.has("first_message");
            }
            if (message) counts.merge(day + " " + agentTypes.get(session) + " " + session, 1L, Long::sum);
            nextOffset = record.offset() + 1;
            unsaved++;
        }

        void save() throws IOException {
            if (unsaved == 0) return;
            ObjectNode kept = JSON.createObjectNode();
            kept.put("next_offset", nextOffset);
            kept.set("agent_types", JSON.valueToTree(agentTypes));
            kept.set("counts", JSON.valueToTree(counts));
            Path fresh = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid());
            JSON.writeValue(fresh.toFile(), kept);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            unsaved = 0;
        }

        private static String header(ConsumerRecord<String, String> record, String name) {
            return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 4) {
            System.err.println("usage: CountMessages BROKERS TOPIC GROUP FOLDER");
            System.exit(2);
        }
        Path folder = Files.createDirectories(Path.of(arguments[3]));
        Map<Integer, PartitionCounts> ours = new HashMap<>();
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        settings.put("group.id", arguments[2]);
        settings.put("isolation.level", "read_committed"); // or events may come twice after a crash of the publisher
        settings.put("enable.auto.commit", "false"); // the position stands with the counts
        settings.put("auto.offset.reset", "none");
        settings.put("session.timeout.ms", "6000");
        settings.put("heartbeat.interval.ms", "2000");
        settings.put("key.deserializer", StringDeserializer.class.getName());
        settings.put("value.deserializer", StringDeserializer.class.getName());

        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings);
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            consumer.wakeup();
            try {
                main.join();
            } catch (InterruptedException ignored) {
                Thread.currentThread().interrupt();
            }
        }));
        try (consumer) {
            consumer.subscribe(List.of(arguments[1]), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    for (TopicPartition partition : partitions) {
                        try {
                            PartitionCounts counts = new PartitionCounts(folder, partition.partition());
                            ours.put(partition.partition(), counts);
                            consumer.seek(partition, counts.nextOffset);
                        } catch (IOException error) {
                            throw new UncheckedIOException(error);
                        }
                    }
                }

                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    for (TopicPartition partition : partitions) {
                        try {
                            ours.remove(partition.partition()).save();
                        } catch (IOException error) {
                            throw new UncheckedIOException(error);
                        }
                    }
                }

                @Override
                public void onPartitionsLost(Collection<TopicPartition> partitions) {
                    for (TopicPartition partition : partitions) ours.remove(partition.partition());
                }
            });
            while (true) {
                var records = consumer.poll(Duration.ofMillis(200));
                for (ConsumerRecord<String, String> record : records) {
                    PartitionCounts counts = ours.get(record.partition());
                    counts.take(record);
                    if (counts.unsaved >= SAVE_EVERY) counts.save();
                }
                if (records.isEmpty()) for (PartitionCounts counts : ours.values()) counts.save();
            }
        } catch (WakeupException stopped) {
            // SIGTERM or Ctrl-C: closing has given the partitions back, and saved.
        }
    }
}
