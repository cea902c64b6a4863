#include "worker/supervisor/blob_client.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/artifact.h"
#include "common/status_macros.h"

namespace mote::worker {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

}  // namespace

// A call that ran into its deadline is tried again like one that found nobody.
absl::Status BlobClient::ToStatus(const grpc::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  auto code = static_cast<absl::StatusCode>(status.error_code());
  if (code == absl::StatusCode::kDeadlineExceeded || code == absl::StatusCode::kUnknown) {
    code = absl::StatusCode::kUnavailable;
  }
  return absl::Status(code, absl::StrCat(name_, ": ", status.error_message()));
}

// A context that Stop can reach.
class BlobClient::Call {
 public:
  explicit Call(BlobClient& client) : client_(client) {
    context_.set_deadline(std::chrono::system_clock::now() + absl::ToChronoSeconds(client.timeout_));
    const std::lock_guard<std::mutex> lock(client_.mutex_);
    client_.calls_.insert(&context_);
    if (client_.stopped_) context_.TryCancel();
  }
  ~Call() {
    const std::lock_guard<std::mutex> lock(client_.mutex_);
    client_.calls_.erase(&context_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  grpc::ClientContext* context() { return &context_; }

 private:
  BlobClient& client_;
  grpc::ClientContext context_;
};

absl::StatusOr<std::string> BlobClient::Get(const Digest& digest) {
  Call call(*this);
  mote::v1::GetBlobRequest request;
  request.set_digest(std::string(digest.Raw()));
  const auto reader = stub_->GetBlob(call.context(), request);
  std::string bytes;
  mote::v1::GetBlobResponse response;
  while (static_cast<int64_t>(bytes.size()) <= kBlobBytesMax && reader->Read(&response)) bytes += response.chunk();
  if (static_cast<int64_t>(bytes.size()) > kBlobBytesMax) call.context()->TryCancel();
  MOTE_RETURN_IF_ERROR(ToStatus(reader->Finish()));
  if (Sha256(bytes) != digest) {
    return absl::DataLossError(
        absl::StrCat("blob ", digest.Hex(), " arrived as ", bytes.size(), " bytes that do not hash to its name"));
  }
  return bytes;
}

absl::Status BlobClient::Put(const Digest& digest, std::string_view bytes, bool is_volatile) {
  Call call(*this);
  mote::v1::PutBlobResponse response;
  const auto writer = stub_->PutBlob(call.context(), &response);
  mote::v1::PutBlobRequest request;
  request.set_digest(std::string(digest.Raw()));
  request.set_volatile_(is_volatile);
  size_t sent = 0;
  do {
    const std::string_view chunk = bytes.substr(sent, kChunkBytes);
    request.set_chunk(chunk.data(), chunk.size());
    sent += chunk.size();
    if (!writer->Write(request)) break;  // Finish says why
    request.clear_digest();
    request.clear_volatile_();
  } while (sent < bytes.size());
  writer->WritesDone();
  return ToStatus(writer->Finish());
}

absl::StatusOr<std::set<Digest>> BlobClient::FindMissing(const std::vector<Digest>& digests) {
  Call call(*this);
  mote::v1::FindMissingBlobsRequest request;
  for (const Digest& digest : digests) request.add_digests(std::string(digest.Raw()));
  mote::v1::FindMissingBlobsResponse response;
  MOTE_RETURN_IF_ERROR(ToStatus(stub_->FindMissingBlobs(call.context(), request, &response)));
  std::set<Digest> missing;
  for (const std::string& raw : response.missing()) {
    MOTE_ASSIGN_OR_RETURN(const Digest digest, Digest::FromRaw(raw));
    missing.insert(digest);
  }
  return missing;
}

void BlobClient::Stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  for (grpc::ClientContext* context : calls_) context->TryCancel();
}

}  // namespace mote::worker
