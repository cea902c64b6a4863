// How soon gRPC connects again. No gRPC header: only its environment variable.
#pragma once

#include <cstdlib>

namespace mote {

// A channel without a call under way drives its connection attempts by a timer of five
// seconds, so that a coordinator that is back would be found late. Makes it 100 ms.
// Call first thing in main, before gRPC is used and other threads exist.
inline void ReconnectPromptly() { setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", /*overwrite=*/0); }

}  // namespace mote
