// Blobs as they travel compressed: one zstd frame that says how many bytes it holds.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mote {

// Below this a frame saves less than a round trip costs anyway.
inline constexpr int64_t kCompressedBytesMin = 4 << 10;

// nullopt: the frame would not be smaller by a twentieth at least.
std::optional<std::string> CompressBlob(std::string_view bytes);

// What CompressBlob was given. The bytes may come from somebody who lies: no more than
// `bytes_max` are written, and no more memory than that is used.
//
// InvalidArgument: not one whole frame, no size in its header, or one over `bytes_max`;
// says which.
absl::StatusOr<std::string> DecompressBlob(std::string_view frame, int64_t bytes_max);

// Processor time of this thread, nanoseconds: what encoding costs however busy the machine is.
int64_t ThreadNanoseconds();

}  // namespace mote
