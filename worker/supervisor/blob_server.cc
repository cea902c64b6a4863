#include "worker/supervisor/blob_server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/thread_time.h"
#include "common/host_port.h"
#include "common/transfer/blob_encoding.h"
#include "mote/v1/artifact_service.grpc.pb.h"

namespace mote::worker {
namespace {

constexpr size_t kSendBytes = 1 << 20;
// Each holds a thread and a chunk while its reader is slow.
constexpr int kStreamsMax = 32;

grpc::Status NotFound(const std::string& what) { return {grpc::StatusCode::NOT_FOUND, what}; }

}  // namespace

class BlobServer::Service final : public mote::v1::ArtifactService::Service {
 public:
  explicit Service(const KeptPartials& kept) : kept_(kept) {}

  grpc::Status GetBlob(grpc::ServerContext* context, const mote::v1::GetBlobRequest* request,
                       grpc::ServerWriter<mote::v1::GetBlobResponse>* writer) override {
    const Counted stream(streams_);
    if (stream.count > kStreamsMax) {
      return {grpc::StatusCode::UNAVAILABLE, absl::StrCat(kStreamsMax, " blobs are being sent already; try again")};
    }
    const auto digest = Digest::FromRaw(request->digest());
    if (!digest.ok()) return {grpc::StatusCode::INVALID_ARGUMENT, std::string(digest.status().message())};
    const auto blob = kept_.Read(*digest);
    if (!blob.ok()) return NotFound(absl::StrCat("blob ", digest->Hex(), " is not kept here"));
    const int64_t size = static_cast<int64_t>((*blob)->bytes().size());
    const int64_t offset = request->offset();
    const int64_t length = request->length() == 0 ? size - offset : request->length();
    if (offset < 0 || offset > size || length < 0 || length > size - offset) {
      return {grpc::StatusCode::OUT_OF_RANGE,
              absl::StrCat("bytes [", offset, ", ", offset, " + ", length, ") leave a blob of ", size, " bytes")};
    }
    const std::string_view range = (*blob)->bytes().substr(static_cast<size_t>(offset), static_cast<size_t>(length));
    mote::v1::GetBlobResponse response;
    std::optional<std::string> frame;
    if (length == size && size >= kCompressedBytesMin && Accepts(*request, mote::v1::BLOB_ENCODING_ZSTD)) {
      const int64_t started = ThreadNanoseconds();
      frame = CompressBlob(range);
      response.set_encode_ns(ThreadNanoseconds() - started);
      if (frame) response.set_encoding(mote::v1::BLOB_ENCODING_ZSTD);
    }
    return Write(frame ? *frame : range, response, *context, *writer);
  }

 private:
  struct Counted {
    explicit Counted(std::atomic<int>& s) : streams(s), count(s.fetch_add(1) + 1) {}
    ~Counted() { streams.fetch_sub(1); }
    std::atomic<int>& streams;
    const int count;
  };

  static bool Accepts(const mote::v1::GetBlobRequest& request, mote::v1::BlobEncoding encoding) {
    return std::find(request.accept().begin(), request.accept().end(), encoding) != request.accept().end();
  }

  // One write in flight: a slow reader costs a chunk. `response` has what goes with the first one.
  static grpc::Status Write(std::string_view bytes, mote::v1::GetBlobResponse& response, grpc::ServerContext& context,
                            grpc::ServerWriter<mote::v1::GetBlobResponse>& writer) {
    for (size_t at = 0; at < bytes.size(); at += kSendBytes) {
      const std::string_view chunk = bytes.substr(at, kSendBytes);
      response.set_chunk(chunk.data(), chunk.size());
      if (context.IsCancelled() || !writer.Write(response))
        return {grpc::StatusCode::CANCELLED, "the reader went away"};
      response.clear_encoding();
      response.clear_encode_ns();
    }
    return grpc::Status::OK;
  }

  const KeptPartials& kept_;
  std::atomic<int> streams_{0};
};

BlobServer::BlobServer(std::unique_ptr<Service> service, std::unique_ptr<grpc::Server> server, std::string address)
    : service_(std::move(service)), server_(std::move(server)), address_(std::move(address)) {}

BlobServer::~BlobServer() {
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

absl::StatusOr<std::unique_ptr<BlobServer>> BlobServer::Start(const std::string& address, const KeptPartials& kept) {
  auto service = std::make_unique<Service>(kept);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service.get());
  grpc::ResourceQuota quota("blob server");
  quota.SetMaxThreads(2 * kStreamsMax);
  builder.SetResourceQuota(quota);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve blobs on ", address, "; choose another address by --blob-address"));
  }
  return std::unique_ptr<BlobServer>(new BlobServer(std::move(service), std::move(server), WithPort(address, port)));
}

}  // namespace mote::worker
