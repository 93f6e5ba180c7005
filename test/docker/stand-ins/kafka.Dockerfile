# Stands in for apache/kafka where no image can be pulled. The same as far as tests need it: port 9092, user 1000, and
# variables KAFKA_NODE_ID become lines `node.id=` of the broker's configuration.
FROM straggler-test/debian
COPY runtime /opt/java
COPY jars /opt/kafka/libs
COPY kafka-start.sh /etc/kafka/docker/run
RUN mkdir -p /opt/kafka/config /var/lib/kafka/data \
    && chown -R 1000:1000 /opt/kafka/config /var/lib/kafka
USER 1000
EXPOSE 9092
CMD ["/etc/kafka/docker/run"]
