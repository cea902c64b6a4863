// What some blob sources can do besides reading: fetch what will be read soon.
//
// An engine's context can; the sources of tests, and those that have everything, need not.
#pragma once

#include "common/digest.h"
#include "common/reducer.h"

namespace mote::engine {

class ReadAhead {
 public:
  virtual ~ReadAhead() = default;
  // The blob will probably be read soon: it may be fetched meanwhile. Never waits for it.
  virtual void Expect(const Digest& digest) = 0;
};

// Tells a source that can make use of it.
inline void Expect(const Digest& digest, BlobSource& source) {
  if (auto* ahead = dynamic_cast<ReadAhead*>(&source); ahead != nullptr) ahead->Expect(digest);
}

}  // namespace mote::engine
