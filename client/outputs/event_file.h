// A TensorBoard event file: what a model's training came to, epoch by epoch, or round by
// round of boosted trees.
//
// The format is TensorFlow's: records (length, its checksum, bytes, their checksum;
// tensorflow/core/lib/io/record_writer.h) of messages tensorflow.Event
// (tensorflow/core/util/event.proto), checksums CRC-32C, masked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/json_fwd.h"

namespace mote::client {

// Castagnoli's CRC of RFC 3720, appendix B.4.
uint32_t Crc32c(std::string_view bytes);

// One event an epoch and figure: loss/train, loss/validation, and validation/NAME of
// every other number. The wall time of an event is its epoch in seconds, not the time
// of day, so that equal histories make equal files. nullopt: not a history of `train` or
// `boost`.
std::optional<std::string> EventFile(const Json& history);

}  // namespace mote::client
