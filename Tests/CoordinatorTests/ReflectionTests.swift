import GRPCCore
import Protocol
import SwiftProtobuf
import Testing
import Trust

@testable import Coordinator

@Suite(.timeLimit(.minutes(4))) struct ReflectionTests {
    typealias Request = GRPCServerReflectionRequest
    typealias File = Google_Protobuf_FileDescriptorProto

    let service = ReflectionService()

    @Test func `the services that are listed are those that health knows`() {
        let answer = service.answer(to: .with { $0.listServices = "" })
        let listed = answer.listServicesResponse.service.map(\.name)
        #expect(listed == HealthService.services.filter { !$0.isEmpty }.sorted())
    }

    @Test(arguments: [
        ("isthmus.v1.Operator", "isthmus/v1/operator.proto"),
        ("isthmus.v1.Operator.ListNodes", "isthmus/v1/operator.proto"),
        ("grpc.health.v1.HealthCheckRequest.service", "grpc/health/v1/health.proto"),
        ("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto"),
        ("grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto"),
        (
            "grpc.reflection.v1.ServerReflectionRequest.message_request",
            "grpc/reflection/v1/reflection.proto"
        ),
    ])
    func `a symbol is found in its file`(symbol: String, file: String) throws {
        let answer = service.answer(to: .with { $0.fileContainingSymbol = symbol })
        #expect(try Self.files(in: answer).first?.name == file)
    }

    @Test func `a file comes before what it imports`() throws {
        let answer = service.answer(to: .with { $0.fileByFilename = "isthmus/v1/operator.proto" })
        let names = try Self.files(in: answer).map(\.name)
        let imported = [
            "access", "artifacts", "authority", "deposits", "facts", "kubeconfig", "operators",
            "plan", "preflight", "revocation",
        ].map { "isthmus/v1/\($0).proto" }
        #expect(names == ["isthmus/v1/operator.proto"] + imported)
    }

    @Test func `extensions are found by the message and the number`() throws {
        let base = File.with {
            $0.name = "base.proto"
            $0.messageType = [.with { $0.name = "Base" }]
        }
        let more = File.with {
            $0.name = "more.proto"
            $0.package = "more"
            $0.dependency = ["base.proto"]
            $0.extension = [9, 4].map { Self.extension(of: ".Base", number: $0) }
        }
        let service = ReflectionService(index: ReflectionIndex([more, base]))
        let numbers = service.answer(to: .with { $0.allExtensionNumbersOfType = "Base" })
        #expect(numbers.allExtensionNumbersResponse.baseTypeName == "Base")
        #expect(numbers.allExtensionNumbersResponse.extensionNumber == [4, 9])
        let found = service.answer(to: Self.askingExtension(9, of: "Base"))
        #expect(try Self.files(in: found) == [more, base])
        #expect(
            service.answer(to: Self.askingExtension(5, of: "Base")).errorResponse.errorCode == 5
        )
    }

    @Test(arguments: [
        Request.with { $0.fileByFilename = "nothing.proto" },
        .with { $0.fileContainingSymbol = "nothing" },
        .with { $0.fileContainingSymbol = "" },
        askingExtension(1, of: "isthmus.v1.Facts"),
        .with { $0.allExtensionNumbersOfType = "nothing" },
    ])
    func `what is not there is answered with NOT_FOUND`(question: Request) {
        let answer = service.answer(to: question)
        #expect(answer.errorResponse.errorCode == 5)
        #expect(answer.errorResponse.errorMessage.isEmpty == false)
        #expect(answer.originalRequest == question)
    }

    @Test func `a request that asks nothing is an invalid argument`() {
        #expect(service.answer(to: .init()).errorResponse.errorCode == 3)
    }

    @Test func `an operator asks over the network, and again after an error`() async throws {
        try await ServerBench.run { bench in
            let credential = try Credential.load(from: bench.state.operator)
            let answers = try await bench.calling(as: credential) { client in
                try await GRPCServerReflection.Client(wrapping: client).serverReflectionInfo {
                    try await $0.write(.with { $0.fileByFilename = "nothing" })
                    try await $0.write(
                        .with {
                            $0.host = "here"
                            $0.fileContainingSymbol = "isthmus.v1.AgentLink"
                        }
                    )
                } onResponse: { response in
                    try await response.messages.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(answers.map(\.validHost) == ["", "here"])
            #expect(answers.first?.errorResponse.errorCode == 5)
            let files = try answers.last.map(Self.files)
            #expect(files?.first?.service.map(\.name) == ["AgentLink"])
        }
    }

    private static func files(in answer: GRPCServerReflectionResponse) throws -> [File] {
        try answer.fileDescriptorResponse.fileDescriptorProto.map {
            try File(serializedBytes: $0)
        }
    }

    private static func `extension`(
        of message: String,
        number: Int32
    ) -> Google_Protobuf_FieldDescriptorProto {
        .with {
            $0.name = "field\(number)"
            $0.extendee = message
            $0.number = number
        }
    }

    private static func askingExtension(_ number: Int32, of message: String) -> Request {
        .with {
            $0.fileContainingExtension.containingType = message
            $0.fileContainingExtension.extensionNumber = number
        }
    }
}
