#include "absl/strings/str_cat.h"
#include "client/connection.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

grpc::Status ReceiveBlob(v1::ArtifactService::Stub* stub, grpc::ClientContext* context, const BlobRef& blob,
                         std::string* bytes) {
  bytes->clear();
  v1::GetBlobRequest request;
  request.set_digest(std::string(blob.digest.Raw()));
  const auto reader = stub->GetBlob(context, request);
  v1::GetBlobResponse response;
  while (reader->Read(&response)) {
    bytes->append(response.chunk());
    if (static_cast<int64_t>(bytes->size()) > kBlobBytesMax) {
      context->TryCancel();
      break;
    }
  }
  return reader->Finish();
}

}  // namespace

absl::StatusOr<std::string> Client::ReadBlob(const BlobRef& blob) {
  std::string bytes;
  MOTE_RETURN_IF_ERROR(connection_->Retry(
      [&](grpc::ClientContext* context) { return ReceiveBlob(connection_->artifacts.get(), context, blob, &bytes); }));
  if (Sha256(bytes) != blob.digest) {
    return absl::DataLossError(absl::StrCat("blob ", blob.digest.Hex(), " arrived with other bytes (", bytes.size(),
                                            "); the coordinator's store is damaged, run the job again"));
  }
  return bytes;
}

absl::Status Client::ReadArtifact(const ArtifactRef& artifact,
                                  const std::function<absl::Status(std::string_view)>& sink) {
  MOTE_ASSIGN_OR_RETURN(const std::string first, ReadBlob({artifact.digest, artifact.bytes}));
  if (!artifact.manifest) return sink(first);
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest, Manifest::Decode(first));
  for (const BlobRef& blob : manifest.blobs) {
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, ReadBlob(blob));
    MOTE_RETURN_IF_ERROR(sink(bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Client::ReadOutput(const v1::OutputStatus& output) {
  if (output.content_case() == v1::OutputStatus::kInline) return output.inline_();
  if (output.content_case() != v1::OutputStatus::kArtifact) {
    return absl::NotFoundError(absl::StrCat("output '", output.name(), "' has no content (yet)"));
  }
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(output.artifact()));
  std::string content;
  MOTE_RETURN_IF_ERROR(ReadArtifact(artifact, [&](std::string_view bytes) {
    content.append(bytes);
    return absl::OkStatus();
  }));
  return content;
}

}  // namespace mote::client
