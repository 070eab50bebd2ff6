#!/usr/bin/env bash
# Writes Sources/Protocol/Generated from the .proto files: protoc is the distribution's, the two
# plugins are built from the packages that Package.swift pins (1 min 40 s the first time on two
# cores, then under a second).
#
#   packaging/protocol/generate.sh           write
#   packaging/protocol/generate.sh --check   fail where the committed files differ
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
plugins=${XDG_CACHE_HOME:-$HOME/.cache}/isthmus/protoc-plugins
command -v protoc >/dev/null || {
    echo "generate: protoc is missing: apt-get install protobuf-compiler" >&2
    exit 1
}

build_plugins() {
    local package=$plugins/grpc-swift-protobuf product
    local version
    version=$(sed -n 's|.*grpc-swift-protobuf", exact: "\(.*\)").*|\1|p' "$root/Package.swift")
    [ -d "$package" ] || git clone --quiet --depth 1 --branch "$version" \
        https://github.com/grpc/grpc-swift-protobuf "$package"
    for product in protoc-gen-swift protoc-gen-grpc-swift-2; do
        swift build --quiet --package-path "$package" -c release --product "$product" >&2
        cp "$package/.build/release/$product" "$plugins/$product"
    done
}

mkdir -p "$plugins"
if [ ! -x "$plugins/protoc-gen-swift" ] || [ ! -x "$plugins/protoc-gen-grpc-swift-2" ]; then
    build_plugins
fi

out=$root/Sources/Protocol/Generated
[ "${1:-}" = --check ] && out=$(mktemp -d)
mkdir -p "$out"
cd "$root/Sources/Protocol"
mapfile -t files < <(find . -name '*.proto' -printf '%P\n' | LC_ALL=C sort)
protoc --proto_path=. "${files[@]}" \
    --plugin="$plugins/protoc-gen-swift" --plugin="$plugins/protoc-gen-grpc-swift-2" \
    --swift_out="$out" --swift_opt=Visibility=Public,FileNaming=PathToUnderscores \
    --grpc-swift-2_out="$out" --grpc-swift-2_opt=Visibility=Public,FileNaming=PathToUnderscores

# What server reflection tells: the files themselves, with all that they import.
write_descriptor_set() {
    local descriptors
    descriptors=$(mktemp)
    protoc --proto_path=. --include_imports --descriptor_set_out="$descriptors" "${files[@]}"
    {
        echo "// swift-format-ignore-file"
        echo "// Written by packaging/protocol/generate.sh from the .proto files."
        echo
        echo "/// All of the .proto files, as the compiler understands them."
        echo "public enum ProtocolDescriptors {"
        echo "    /// A google.protobuf.FileDescriptorSet in base64, in lines; a file follows what it imports."
        echo '    public static let base64 = """'
        base64 --wrap=92 "$descriptors" | sed "s|^|        |"
        echo '        """'
        echo "}"
    } >"$out/descriptor_set.swift"
    rm "$descriptors"
}
write_descriptor_set
if [ "${1:-}" = --check ]; then
    diff -r "$root/Sources/Protocol/Generated" "$out" || {
        echo "generate: Sources/Protocol/Generated is stale: run packaging/protocol/generate.sh" >&2
        exit 1
    }
    rm -rf "$out"
fi
