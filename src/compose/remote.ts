/** Which references Compose fetches from elsewhere: git repositories and OCI artifacts. */

const remote = /^(?:oci:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)|^https?:\/\/[^#?]+\.git(?:[#?].*)?$/;

export function isRemote(path: string): boolean {
  return remote.test(path);
}
