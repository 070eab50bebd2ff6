import GRPCCore
import Protocol
import SwiftProtobuf

/// What the coordinator speaks, told to any gRPC client that asks (grpc/grpc doc/server-reflection.md).
struct ReflectionService: GRPCServerReflection.SimpleServiceProtocol {
    /// What can be found.
    var index = ReflectionIndex.ofProtocol

    func serverReflectionInfo(
        request: RPCAsyncSequence<GRPCServerReflectionRequest, any Error>,
        response: RPCWriter<GRPCServerReflectionResponse>,
        context: ServerContext
    ) async throws {
        for try await question in request { try await response.write(answer(to: question)) }
    }

    /// The answer to one question; what is not found is an answer too, and ends no stream.
    func answer(to question: GRPCServerReflectionRequest) -> GRPCServerReflectionResponse {
        var answer = GRPCServerReflectionResponse()
        answer.validHost = question.host
        answer.originalRequest = question
        do {
            answer.messageResponse = try find(question.messageRequest)
        } catch {
            answer.errorResponse.errorCode = Int32(error.code.rawValue)
            answer.errorResponse.errorMessage = error.message
        }
        return answer
    }

    private typealias Question = GRPCServerReflectionRequest.OneOf_MessageRequest
    private typealias Answer = GRPCServerReflectionResponse.OneOf_MessageResponse

    private func find(_ question: Question?) throws(RPCError) -> Answer {
        switch question {
        case .fileByFilename(let name):
            return try .files(index.file(named: name), "file '\(name)'")
        case .fileContainingSymbol(let symbol):
            return try .files(index.file(declaring: symbol), "declaration of '\(symbol)'")
        case .fileContainingExtension(let field):
            let (message, number) = (field.containingType, field.extensionNumber)
            return try .files(
                index.file(extending: message, with: number),
                "extension \(number) of '\(message)'"
            )
        case .allExtensionNumbersOfType(let message):
            guard let numbers = index.extensionNumbers(of: message) else {
                throw RPCError(.notFound("there is no message '\(message)'"))
            }
            return .allExtensionNumbersResponse(
                .with {
                    $0.baseTypeName = message
                    $0.extensionNumber = numbers
                }
            )
        case .listServices:
            let services = index.services.map { name in
                GRPCServiceResponse.with { $0.name = name }
            }
            return .listServicesResponse(.with { $0.service = services })
        case nil:
            throw RPCError(.invalid("the request asks nothing that this server knows"))
        }
    }
}

extension GRPCServerReflectionResponse.OneOf_MessageResponse {
    fileprivate static func files(
        _ files: [ReflectionIndex.File]?,
        _ what: String
    ) throws(RPCError) -> Self {
        guard let files else { throw RPCError(.notFound("there is no \(what)")) }
        do {
            let bytes = try files.map { try $0.serializedData() }
            return .fileDescriptorResponse(.with { $0.fileDescriptorProto = bytes })
        } catch {
            throw RPCError(code: .internalError, message: "a file cannot be written", cause: error)
        }
    }
}
