import FoundationEssentials
public import SwiftProtobuf

/// What server reflection finds: the .proto files by their names and by what they declare.
public struct ReflectionIndex: Sendable {
    /// One .proto file, as its compiler understands it.
    public typealias File = Google_Protobuf_FileDescriptorProto

    /// The full names of all services, sorted.
    public private(set) var services: [String] = []
    private var files: [String: File] = [:]
    private var messages: Set<String> = []
    /// The file of each full name.
    private var symbols: [String: String] = [:]
    /// The file of each extension's number, by the message that it extends.
    private var extensions: [String: [Int32: String]] = [:]

    /// All that the coordinator speaks. A test holds that the generated text can be read.
    public static let ofProtocol: Self = {
        let bytes = Data(
            base64Encoded: ProtocolDescriptors.base64,
            options: .ignoreUnknownCharacters
        )
        let set = bytes.flatMap { try? Google_Protobuf_FileDescriptorSet(serializedBytes: $0) }
        return Self(set?.file ?? [])
    }()

    /// Reads files, in any order.
    public init(_ files: [File]) {
        for file in files {
            self.files[file.name] = file
            add(file)
        }
        services.sort()
    }

    /// A file and all that it imports, itself first; nil where there is none of that name.
    public func file(named name: String) -> [File]? {
        guard files[name] != nil else { return nil }
        var names = [name]
        var next = names.startIndex
        while next < names.endIndex {
            names += files[names[next]]?.dependency.filter { !names.contains($0) } ?? []
            next += 1
        }
        return names.compactMap { files[$0] }
    }

    /// The file that declares a message, field, enumeration, value, service, method or extension.
    public func file(declaring symbol: String) -> [File]? {
        symbols[symbol].flatMap(file(named:))
    }

    /// The file that extends a message with a field of this number.
    public func file(extending message: String, with number: Int32) -> [File]? {
        extensions[message]?[number].flatMap(file(named:))
    }

    /// The numbers of a message's extensions, ascending; nil where there is no such message.
    public func extensionNumbers(of message: String) -> [Int32]? {
        messages.contains(message) ? extensions[message]?.keys.sorted() ?? [] : nil
    }
}

// MARK: What a file declares

extension ReflectionIndex {
    private mutating func add(_ file: File) {
        let scope = file.package.isEmpty ? "" : "\(file.package)."
        for message in file.messageType { add(message, in: scope, of: file.name) }
        for enumeration in file.enumType { add(enumeration, in: scope, of: file.name) }
        for field in file.extension { add(extension: field, in: scope, of: file.name) }
        for service in file.service {
            services.append(scope + service.name)
            symbols[scope + service.name] = file.name
            for method in service.method {
                symbols["\(scope)\(service.name).\(method.name)"] = file.name
            }
        }
    }

    private mutating func add(
        _ message: Google_Protobuf_DescriptorProto,
        in scope: String,
        of file: String
    ) {
        messages.insert(scope + message.name)
        symbols[scope + message.name] = file
        let inner = "\(scope)\(message.name)."
        for field in message.field { symbols[inner + field.name] = file }
        for oneof in message.oneofDecl { symbols[inner + oneof.name] = file }
        for nested in message.nestedType { add(nested, in: inner, of: file) }
        for enumeration in message.enumType { add(enumeration, in: inner, of: file) }
        for field in message.extension { add(extension: field, in: inner, of: file) }
    }

    /// Values are the siblings of their enumeration, as in C++.
    private mutating func add(
        _ enumeration: Google_Protobuf_EnumDescriptorProto,
        in scope: String,
        of file: String
    ) {
        symbols[scope + enumeration.name] = file
        for value in enumeration.value { symbols[scope + value.name] = file }
    }

    private mutating func add(
        extension field: Google_Protobuf_FieldDescriptorProto,
        in scope: String,
        of file: String
    ) {
        symbols[scope + field.name] = file
        // The compiler writes full names with a dot before them.
        let extended =
            field.extendee.hasPrefix(".") ? field.extendee.dropFirst() : field.extendee[...]
        extensions[String(extended), default: [:]][field.number] = file
    }
}
