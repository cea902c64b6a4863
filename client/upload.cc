#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "client/connection.h"
#include "client/inputs/input_text.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr size_t kDigestsPerCall = 4096;

grpc::Status SendBlob(v1::ArtifactService::Stub* stub, grpc::ClientContext* context, const Digest& digest,
                      std::string_view bytes) {
  v1::PutBlobResponse response;
  const auto writer = stub->PutBlob(context, &response);
  v1::PutBlobRequest request;
  request.set_digest(std::string(digest.Raw()));
  do {
    const std::string_view chunk = bytes.substr(0, kChunkBytesMax);
    request.set_chunk(std::string(chunk));
    bytes.remove_prefix(chunk.size());
    if (!writer->Write(request)) break;  // Finish says why
    request.clear_digest();
  } while (!bytes.empty());
  writer->WritesDone();
  return writer->Finish();
}

struct OpenFile {
  std::ifstream stream;
  int64_t bytes = 0;
};

absl::StatusOr<OpenFile> Open(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no file '", path, "'"));
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' is not a regular file; name one file"));
  }
  OpenFile file{std::ifstream(path, std::ios::binary), static_cast<int64_t>(std::filesystem::file_size(path, error))};
  if (!file.stream || error) {
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' cannot be read; check its permissions"));
  }
  return file;
}

absl::StatusOr<std::string> ReadPiece(OpenFile& file, const std::string& path, size_t i) {
  const int64_t offset = std::min(file.bytes, static_cast<int64_t>(i) * kBlobBytesMax);
  std::string bytes(static_cast<size_t>(std::min(kBlobBytesMax, file.bytes - offset)), '\0');
  file.stream.clear();
  file.stream.seekg(offset);
  file.stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.stream.gcount() == static_cast<std::streamsize>(bytes.size())) return bytes;
  return absl::AbortedError(absl::StrCat("'", path, "' became shorter while it was read; try again once it is still"));
}

absl::StatusOr<Manifest> HashPieces(const std::string& name, const Cut& cut) {
  Manifest manifest;
  int64_t size = kBlobBytesMax;
  while (size == kBlobBytesMax) {
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, cut(manifest.blobs.size()));
    size = static_cast<int64_t>(bytes.size());
    if (size > 0 || manifest.blobs.empty()) manifest.blobs.push_back({Sha256(bytes), size});
  }
  if (manifest.blobs.size() > 1 && static_cast<int64_t>(manifest.Encode().size()) > kBlobBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has ", manifest.bytes(), " bytes; an artifact has at most about 400 GiB: split it"));
  }
  return manifest;
}

// For messages.
std::string NameOf(const InputFiles& files) {
  const size_t more = files.paths.size() - 1;
  return absl::StrCat("'", files.paths.front(), "'", more == 0 ? "" : absl::StrCat(" and ", more, " more"));
}

ArtifactRef ArtifactOf(const Manifest& manifest) {
  if (manifest.blobs.size() == 1) return {manifest.blobs[0].digest, manifest.blobs[0].bytes, false};
  return {Sha256(manifest.Encode()), manifest.bytes(), true};
}

}  // namespace

absl::Status Client::Connection::PutBlob(const Digest& digest, std::string_view bytes) {
  return Retry([&](grpc::ClientContext* context) { return SendBlob(artifacts.get(), context, digest, bytes); });
}

absl::StatusOr<std::set<Digest>> Client::Connection::FindMissing(const std::vector<BlobRef>& blobs, size_t begin,
                                                                 size_t end) {
  v1::FindMissingBlobsRequest request;
  for (size_t i = begin; i < end; ++i) request.add_digests(std::string(blobs[i].digest.Raw()));
  v1::FindMissingBlobsResponse response;
  MOTE_RETURN_IF_ERROR(Unary(artifacts.get(), &v1::ArtifactService::Stub::FindMissingBlobs, request, &response));
  std::set<Digest> missing;
  for (const std::string& raw : response.missing()) {
    MOTE_ASSIGN_OR_RETURN(const Digest digest, Digest::FromRaw(raw));
    missing.insert(digest);
  }
  return missing;
}

absl::Status Client::Connection::PutMissing(const std::string& name, const std::vector<BlobRef>& blobs,
                                            const Cut& cut) {
  for (size_t begin = 0; begin < blobs.size(); begin += kDigestsPerCall) {
    const size_t end = std::min(blobs.size(), begin + kDigestsPerCall);
    MOTE_ASSIGN_OR_RETURN(std::set<Digest> missing, FindMissing(blobs, begin, end));
    for (size_t i = begin; i < end; ++i) {
      if (missing.erase(blobs[i].digest) == 0) continue;  // equal pieces are sent once
      MOTE_ASSIGN_OR_RETURN(const std::string bytes, cut(i));
      if (Sha256(bytes) != blobs[i].digest) {
        return absl::AbortedError(absl::StrCat(name, " changed while it was read; try again once it is still"));
      }
      MOTE_RETURN_IF_ERROR(PutBlob(blobs[i].digest, bytes));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ArtifactRef> Client::Connection::Upload(const std::string& name, const Cut& cut) {
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest, HashPieces(name, cut));
  MOTE_RETURN_IF_ERROR(PutMissing(name, manifest.blobs, cut));
  const ArtifactRef artifact = ArtifactOf(manifest);
  if (artifact.manifest) MOTE_RETURN_IF_ERROR(PutBlob(artifact.digest, manifest.Encode()));
  return artifact;
}

absl::StatusOr<ArtifactRef> Client::PutFile(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(OpenFile file, Open(path));
  return connection_->Upload(absl::StrCat("'", path, "'"), [&](size_t i) { return ReadPiece(file, path, i); });
}

absl::StatusOr<ArtifactRef> Client::HashFile(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(OpenFile file, Open(path));
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest,
                        HashPieces(absl::StrCat("'", path, "'"), [&](size_t i) { return ReadPiece(file, path, i); }));
  return ArtifactOf(manifest);
}

absl::StatusOr<ArtifactRef> Client::PutInput(const InputFiles& files) {
  InputText text(files);
  return connection_->Upload(NameOf(files), [&](size_t i) { return text.Piece(i); });
}

absl::StatusOr<ArtifactRef> Client::HashInput(const InputFiles& files) {
  InputText text(files);
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest, HashPieces(NameOf(files), [&](size_t i) { return text.Piece(i); }));
  return ArtifactOf(manifest);
}

absl::StatusOr<ArtifactRef> Client::PutBytes(std::string_view bytes) {
  return connection_->Upload("the content", [&](size_t i) -> absl::StatusOr<std::string> {
    const size_t begin = std::min(bytes.size(), i * static_cast<size_t>(kBlobBytesMax));
    return std::string(bytes.substr(begin, static_cast<size_t>(kBlobBytesMax)));
  });
}

}  // namespace mote::client
