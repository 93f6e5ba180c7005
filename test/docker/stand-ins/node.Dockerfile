# Stands in for node:24-bookworm-slim where no image can be pulled: Debian, the Node that npm brought, this machine's npm
# and the authorities that this machine trusts.
FROM straggler-test/debian
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY authorities.pem /etc/ssl/certs/ca-certificates.crt
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
