// The types of the vendored file, from the package of the same version.
export * from "socket.io-client";
