// A reducer whose result shows the order and the shape in which it was combined.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/reducer.h"

namespace mote {

// Keeps what is stored in memory, by digest.
class MemoryBlobs : public BlobSink {
 public:
  Digest Store(std::string bytes) override {
    const Digest digest = Sha256(bytes);
    blobs_.insert_or_assign(digest, std::move(bytes));
    return digest;
  }
  const std::map<Digest, std::string>& blobs() const { return blobs_; }

 private:
  std::map<Digest, std::string> blobs_;
};

// Combine("a", "b") is "(ab)": neither commutative nor associative, so two folds
// agree only if they built the same tree. It refuses partials that hold "!".
class ShapeReducer : public Reducer {
 public:
  absl::Status Validate(std::string_view partial) const override {
    if (partial.find('!') == std::string_view::npos) return absl::OkStatus();
    return absl::InvalidArgumentError("the partial holds a \"!\"");
  }
  absl::Status Combine(std::string& left, std::string_view right, BlobSink&) const override {
    if (absl::Status status = Validate(right); !status.ok()) return status;
    left = absl::StrCat("(", left, std::string(right), ")");
    return absl::OkStatus();
  }
  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink&, BlobSource*) const override {
    Output output;
    if (partial != nullptr) output.content.bytes = *partial;
    return output;
  }
};

}  // namespace mote
