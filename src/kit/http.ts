/** For instrumentations of HTTP servers and clients. */
export { type RemotePeer, remotePeer } from '../model/remote-peer';
export { type HeaderSource, listedHeaders, plainHeaders } from './operations/http-capture';
export { type ClientTarget, httpClient } from './operations/http-client';
export { defaultPort, firstHeader, joinHostPort, splitHostPort } from './operations/http-common';
export { type OpenConnections, observeOpenConnections } from './operations/http-connections';
export { contentLength } from './operations/http-metrics';
export { httpServer, type ServerRequest } from './operations/http-server';
