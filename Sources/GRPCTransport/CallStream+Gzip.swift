internal import GRPCCore
internal import Gzip

extension CallStream {
    /// A part as its reader gets it. Inflating is the reader's work, for the loop has others to serve; what
    /// comes of a message counts as unread, so that a small one cannot fill the memory.
    func inflated(_ part: CallPart?) throws -> CallPart? {
        guard case .compressed(let bytes)? = part else { return part }
        do throws(GzipFailure) {
            return .message(try Gzip.decompress(bytes, limit: messageBytes, admit: keepInflated))
        } catch {
            let error = failure(error)
            // The reader's own words would come later, if at all.
            if close(error) { connection.refuse(self, Status(error)) }
            throw error
        }
    }

    private func failure(_ failure: GzipFailure) -> RPCError {
        switch failure {
        case .malformed:
            RPCError(code: .internalError, message: "A message is not in the gzip format.")
        case .tooLarge:
            RPCError(
                code: .resourceExhausted,
                message: "A message inflates to more than the limit of \(messageBytes) bytes."
            )
        case .refused:
            RPCError(
                code: .resourceExhausted,
                message: "There is no memory to inflate another message of this peer."
            )
        }
    }
}
