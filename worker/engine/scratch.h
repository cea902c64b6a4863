// What some blob sources can do besides reading: keep what was computed out of memory.
//
// An engine's context can; the sources of tests need not.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/reducer.h"

namespace mote::engine {

// Bytes for as long as `keep` lives.
struct Scratched {
  std::shared_ptr<const void> keep;
  std::string_view bytes;
};

class Scratch {
 public:
  virtual ~Scratch() = default;
  // Puts the bytes into a file that nobody else sees, mapped. Errors as a write to the
  // engine's scratch directory has them.
  virtual absl::StatusOr<Scratched> Put(std::string_view bytes) = 0;
};

// nullptr: the source cannot.
inline Scratch* ScratchOf(BlobSource& source) { return dynamic_cast<Scratch*>(&source); }

}  // namespace mote::engine
