// Keeps blobs in a map that somebody else owns.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "common/reducer.h"

namespace mote::testing {

class MapSink : public BlobSink {
 public:
  explicit MapSink(std::map<Digest, std::string>& blobs) : blobs_(blobs) {}
  Digest Store(std::string bytes) override {
    const Digest digest = Sha256(bytes);
    blobs_[digest] = std::move(bytes);
    return digest;
  }

 private:
  std::map<Digest, std::string>& blobs_;
};

}  // namespace mote::testing
