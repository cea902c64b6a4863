#include "worker/supervisor/blob_client.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/artifact.h"
#include "common/status_macros.h"
#include "common/transfer/blob_encoding.h"
#include "worker/wire/monotonic.h"

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

// What occupies a link from here to its end.
class BlobClient::Transfer {
 public:
  explicit Transfer(LinkCost& link) : link_(link) { link_.Begin(wire::MonotonicNanoseconds()); }
  ~Transfer() { link_.End(wire::MonotonicNanoseconds() - waited_ns, wire_bytes); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  int64_t wire_bytes = 0;
  int64_t waited_ns = 0;  // while the other side computed

 private:
  LinkCost& link_;
};

absl::StatusOr<FetchedBlob> BlobClient::Get(const Digest& digest) {
  absl::StatusOr<FetchedBlob> blob = GetOnce(digest, /*trusting=*/true);
  if (!absl::IsDataLoss(blob.status())) return blob;
  // Damaged there or on the way: the store shall look, and remove what is damaged.
  return GetOnce(digest, /*trusting=*/false);
}

absl::StatusOr<FetchedBlob> BlobClient::GetOnce(const Digest& digest, bool trusting) {
  Call call(*this);
  mote::v1::GetBlobRequest request;
  request.set_digest(std::string(digest.Raw()));
  request.set_reader_verifies(trusting);
  if (trusting && down_.Compresses()) request.add_accept(mote::v1::BLOB_ENCODING_ZSTD);
  FetchedBlob blob;
  mote::v1::GetBlobResponse response;
  mote::v1::BlobEncoding encoding = mote::v1::BLOB_ENCODING_UNSPECIFIED;
  int64_t encode_ns = 0;
  {
    Transfer transfer(down_);
    const auto reader = stub_->GetBlob(call.context(), request);
    while (static_cast<int64_t>(blob.bytes.size()) <= kBlobBytesMax && reader->Read(&response)) {
      if (blob.bytes.empty()) {
        encoding = response.encoding();
        encode_ns = std::max<int64_t>(0, response.encode_ns());
        if (response.chunk().size() >= kChunkBytes) blob.bytes.reserve(static_cast<size_t>(kBlobBytesMax));
      }
      blob.bytes += response.chunk();
    }
    if (static_cast<int64_t>(blob.bytes.size()) > kBlobBytesMax) call.context()->TryCancel();
    MOTE_RETURN_IF_ERROR(ToStatus(reader->Finish()));
    transfer.wire_bytes = blob.wire_bytes = static_cast<int64_t>(blob.bytes.size());
    transfer.waited_ns = encode_ns;
  }
  const int64_t started = ThreadNanoseconds();
  if (encoding == mote::v1::BLOB_ENCODING_ZSTD) {
    absl::StatusOr<std::string> plain = DecompressBlob(blob.bytes, kBlobBytesMax);
    if (!plain.ok()) {
      return absl::DataLossError(absl::StrCat(name_, ": blob ", digest.Hex(), ": ", plain.status().message()));
    }
    blob.bytes = *std::move(plain);
  }
  if (request.accept_size() > 0 && static_cast<int64_t>(blob.bytes.size()) >= kCompressedBytesMin) {
    down_.ObserveEncoding(static_cast<int64_t>(blob.bytes.size()), blob.wire_bytes,
                          encode_ns + ThreadNanoseconds() - started);
  }
  if (Sha256(blob.bytes) != digest) {
    return absl::DataLossError(
        absl::StrCat("blob ", digest.Hex(), " arrived as ", blob.bytes.size(), " bytes that do not hash to its name"));
  }
  return blob;
}

absl::StatusOr<int64_t> BlobClient::Put(const Digest& digest, std::string_view bytes, bool is_volatile) {
  std::optional<std::string> frame;
  if (takes_zstd_ && static_cast<int64_t>(bytes.size()) >= kCompressedBytesMin && up_.Compresses()) {
    const int64_t started = ThreadNanoseconds();
    frame = CompressBlob(bytes);
    // The other side's part is small: decompressing is several times faster.
    up_.ObserveEncoding(static_cast<int64_t>(bytes.size()), static_cast<int64_t>(frame ? frame->size() : bytes.size()),
                        ThreadNanoseconds() - started);
  }
  const std::string_view sent = frame ? *frame : bytes;
  MOTE_RETURN_IF_ERROR(
      Send(digest, sent, is_volatile, frame ? mote::v1::BLOB_ENCODING_ZSTD : mote::v1::BLOB_ENCODING_UNSPECIFIED));
  return static_cast<int64_t>(sent.size());
}

absl::Status BlobClient::Send(const Digest& digest, std::string_view bytes, bool is_volatile,
                              mote::v1::BlobEncoding encoding) {
  Call call(*this);
  Transfer transfer(up_);
  mote::v1::PutBlobResponse response;
  const auto writer = stub_->PutBlob(call.context(), &response);
  mote::v1::PutBlobRequest request;
  request.set_digest(std::string(digest.Raw()));
  request.set_volatile_(is_volatile);
  request.set_encoding(encoding);
  size_t sent = 0;
  do {
    const std::string_view chunk = bytes.substr(sent, kChunkBytes);
    request.set_chunk(chunk.data(), chunk.size());
    sent += chunk.size();
    if (!writer->Write(request)) break;  // Finish says why
    request.clear_digest();
    request.clear_volatile_();
    request.clear_encoding();
  } while (sent < bytes.size());
  writer->WritesDone();
  MOTE_RETURN_IF_ERROR(ToStatus(writer->Finish()));
  transfer.wire_bytes = static_cast<int64_t>(bytes.size());
  takes_zstd_ = std::find(response.accept().begin(), response.accept().end(), mote::v1::BLOB_ENCODING_ZSTD) !=
                response.accept().end();
  return absl::OkStatus();
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
