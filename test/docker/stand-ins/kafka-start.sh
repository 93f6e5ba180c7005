#!/bin/sh
# Writes the broker's configuration from the environment, formats its storage where it is new, and becomes the broker.
set -eu
settings=/opt/kafka/config/server.properties
cat >"$settings" <<'DEFAULTS'
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:9093
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
advertised.listeners=PLAINTEXT://localhost:9092
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=/var/lib/kafka/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
DEFAULTS
# The last line of a key wins. What begins so is for the virtual machine.
env | grep '^KAFKA_' | grep -v '^KAFKA_HEAP_OPTS=' | while IFS='=' read -r name value; do
  echo "$(echo "${name#KAFKA_}" | tr 'A-Z_' 'a-z.')=$value"
done >>"$settings"
# shellcheck disable=SC2086
java() { exec /opt/java/bin/java -Dorg.slf4j.simpleLogger.logFile=System.out -cp '/opt/kafka/libs/*' "$@"; }
(java -Xmx128m kafka.tools.StorageTool format --ignore-formatted --cluster-id 5L6g3nShT-eMCtK--X86sw --config "$settings")
# shellcheck disable=SC2086
java ${KAFKA_HEAP_OPTS:--Xmx1G -Xms1G} kafka.Kafka "$settings"
