#!/usr/bin/env bash
# Makes an authority and a certificate for each side, of the kinds that Isthmus' own authority
# issues: P-256 keys, SPIFFE identities. They last for a day.
#
#   Benchmarks/certificates.sh FOLDER
set -euo pipefail
cd "${1:?the folder they go to}"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

key ca.key
openssl req -new -x509 -key ca.key -subj "/CN=benchmark" -days 1 -out ca.pem

issue() { # NAME URI
    key "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$1" |
        openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -out "$1.pem" \
            -extfile <(
                echo "subjectAltName=URI:$2,IP:127.0.0.1,DNS:localhost"
                echo "extendedKeyUsage=serverAuth,clientAuth"
            ) 2>/dev/null
}

issue server spiffe://benchmark/coordinator
issue client spiffe://benchmark/agent/a
