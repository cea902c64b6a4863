#include "coordinator/rpc/artifact_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/artifact.h"
#include "common/status_macros.h"
#include "common/transfer/blob_encoding.h"
#include "coordinator/rpc/grpc_status.h"

namespace mote::coordinator {
namespace {

constexpr int kDigestsMax = 4096;

// Collects a blob, then stores it. Lives until OnDone.
class Put : public grpc::ServerReadReactor<v1::PutBlobRequest> {
 public:
  Put(grpc::CallbackServerContext* context, v1::PutBlobResponse* response, ArtifactStore& store, DiskThreads& disk,
      std::atomic<int>& puts)
      : context_(context), response_(response), store_(store), disk_(disk), puts_(puts) {
    if (puts_.fetch_add(1) >= ArtifactService::kPutsMax) {
      Finish(ToGrpc(absl::UnavailableError(
          absl::StrCat(ArtifactService::kPutsMax, " blobs are being put already; retry with back-off"))));
    } else {
      StartRead(&request_);
    }
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Store();
    if (const absl::Status status = Take(); !status.ok()) return Finish(ToGrpc(status));
    StartRead(&request_);
  }

  void OnDone() override {
    puts_.fetch_sub(1);
    delete this;
  }

 private:
  absl::Status Take() {
    if (!digest_.has_value()) {
      MOTE_ASSIGN_OR_RETURN(digest_, Digest::FromRaw(request_.digest()));
      durable_ = !request_.volatile_();
      encoding_ = request_.encoding();
    }
    const std::string& chunk = request_.chunk();
    if (chunk.size() > kChunkBytesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("a chunk of ", chunk.size(), " bytes; at most ", kChunkBytesMax, " are allowed: cut it"));
    }
    if (bytes_.size() + chunk.size() > static_cast<size_t>(kBlobBytesMax)) {
      return absl::InvalidArgumentError(
          absl::StrCat("blob ", digest_->Hex(), " has more than ", kBlobBytesMax, " bytes; cut it and put a manifest"));
    }
    bytes_.append(chunk);
    return absl::OkStatus();
  }

  // The client has sent everything, or has gone.
  void Store() {
    if (context_->IsCancelled()) return Finish(ToGrpc(absl::CancelledError("the client went away")));
    if (!digest_.has_value()) return Finish(ToGrpc(absl::InvalidArgumentError("no digest was sent; send it first")));
    const absl::Status posted = disk_.Post([this] {
      absl::Status status = store_.CheckReserve();
      if (status.ok()) status = Decode();
      if (status.ok()) status = store_.Put(*digest_, bytes_, durable_);
      response_->add_accept(v1::BLOB_ENCODING_ZSTD);
      if (status.ok()) response_->set_size(static_cast<int64_t>(bytes_.size()));
      Finish(ToGrpc(status));
    });
    if (!posted.ok()) Finish(ToGrpc(posted));
  }

  absl::Status Decode() {
    if (encoding_ == v1::BLOB_ENCODING_UNSPECIFIED) return absl::OkStatus();
    if (encoding_ != v1::BLOB_ENCODING_ZSTD) {
      return absl::InvalidArgumentError(absl::StrCat("encoding ", static_cast<int>(encoding_), " of blob ",
                                                     digest_->Hex(), " is unknown; send plain bytes"));
    }
    MOTE_ASSIGN_OR_RETURN(bytes_, DecompressBlob(bytes_, kBlobBytesMax));
    return absl::OkStatus();
  }

  grpc::CallbackServerContext* const context_;
  v1::PutBlobResponse* const response_;
  ArtifactStore& store_;
  DiskThreads& disk_;
  std::atomic<int>& puts_;
  v1::PutBlobRequest request_;  // of the one read in flight
  std::optional<Digest> digest_;
  bool durable_ = true;
  v1::BlobEncoding encoding_ = v1::BLOB_ENCODING_UNSPECIFIED;
  std::string bytes_;
};

// What a call reads, and what it may have instead.
struct Wanted {
  Digest digest;
  int64_t offset = 0;
  int64_t length = 0;
  bool verify = true;
  bool takes_zstd = false;
};

absl::StatusOr<Wanted> WantedOf(const v1::GetBlobRequest& request) {
  MOTE_ASSIGN_OR_RETURN(const Digest digest, Digest::FromRaw(request.digest()));
  const bool whole = request.offset() == 0 && request.length() == 0;
  const bool zstd =
      std::find(request.accept().begin(), request.accept().end(), v1::BLOB_ENCODING_ZSTD) != request.accept().end();
  return Wanted{digest, request.offset(), request.length(), !(whole && request.reader_verifies()), whole && zstd};
}

// Writes a range, chunk by chunk. Lives until OnDone.
class Get : public grpc::ServerWriteReactor<v1::GetBlobResponse> {
 public:
  Get(const v1::GetBlobRequest& request, ArtifactStore& store, DiskThreads& disk, std::atomic<int>& frames)
      : frames_(frames) {
    if (const absl::Status status = Fetch(request, store, disk); !status.ok()) Finish(ToGrpc(status));
  }
  ~Get() override {
    if (frame_) frames_.fetch_sub(1);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(ToGrpc(absl::CancelledError("the client went away")));
    response_.clear_encoding();
    response_.clear_encode_ns();
    WriteNext();
  }

  void OnDone() override { delete this; }

 private:
  absl::Status Fetch(const v1::GetBlobRequest& request, ArtifactStore& store, DiskThreads& disk) {
    MOTE_ASSIGN_OR_RETURN(const Wanted wanted, WantedOf(request));
    return disk.Post([this, &store, wanted] {
      absl::StatusOr<BlobRange> range = store.Get(wanted.digest, wanted.offset, wanted.length, wanted.verify);
      if (!range.ok()) return Finish(ToGrpc(range.status()));
      range_.emplace(*std::move(range));
      if (wanted.takes_zstd && static_cast<int64_t>(range_->bytes().size()) >= kCompressedBytesMin) Compress();
      WriteNext();
    });
  }

  // Frames lie in memory while their readers are slow: only so many at a time.
  void Compress() {
    if (frames_.fetch_add(1) < ArtifactService::kFramesMax) {
      const int64_t started = ThreadNanoseconds();
      frame_ = CompressBlob(range_->bytes());
      response_.set_encode_ns(ThreadNanoseconds() - started);
      if (frame_) response_.set_encoding(v1::BLOB_ENCODING_ZSTD);
    }
    if (!frame_) frames_.fetch_sub(1);
  }

  void WriteNext() {
    const std::string_view bytes = frame_ ? *frame_ : range_->bytes();
    const std::string_view rest = bytes.substr(written_);
    if (rest.empty()) return Finish(grpc::Status::OK);
    const std::string_view chunk = rest.substr(0, kChunkBytesMax);
    response_.set_chunk(chunk.data(), chunk.size());
    written_ += chunk.size();
    StartWrite(&response_);
  }

  std::atomic<int>& frames_;
  std::optional<BlobRange> range_;
  std::optional<std::string> frame_;  // what is sent instead
  size_t written_ = 0;
  v1::GetBlobResponse response_;  // of the one write in flight
};

absl::StatusOr<std::vector<Digest>> DigestsOf(const v1::FindMissingBlobsRequest& request) {
  if (request.digests_size() > kDigestsMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(request.digests_size(), " digests; ask for at most ", kDigestsMax, " at a time"));
  }
  std::vector<Digest> digests;
  for (const std::string& raw : request.digests()) {
    MOTE_ASSIGN_OR_RETURN(const Digest digest, Digest::FromRaw(raw));
    digests.push_back(digest);
  }
  return digests;
}

}  // namespace

grpc::ServerReadReactor<v1::PutBlobRequest>* ArtifactService::PutBlob(grpc::CallbackServerContext* context,
                                                                      v1::PutBlobResponse* response) {
  return new Put(context, response, store_, disk_, puts_);
}

grpc::ServerWriteReactor<v1::GetBlobResponse>* ArtifactService::GetBlob(grpc::CallbackServerContext*,
                                                                        const v1::GetBlobRequest* request) {
  return new Get(*request, store_, disk_, frames_);
}

grpc::ServerUnaryReactor* ArtifactService::FindMissingBlobs(grpc::CallbackServerContext* context,
                                                            const v1::FindMissingBlobsRequest* request,
                                                            v1::FindMissingBlobsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<std::vector<Digest>> digests = DigestsOf(*request);
  const absl::Status posted =
      !digests.ok() ? digests.status() : disk_.Post([this, reactor, response, digests = *std::move(digests)] {
        for (const Digest& digest : store_.FindMissing(digests)) response->add_missing(std::string(digest.Raw()));
        reactor->Finish(grpc::Status::OK);
      });
  if (!posted.ok()) reactor->Finish(ToGrpc(posted));
  return reactor;
}

}  // namespace mote::coordinator
