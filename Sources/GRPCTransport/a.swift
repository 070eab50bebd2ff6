import GRPCCore
import NIOCore
import NIOPosix
