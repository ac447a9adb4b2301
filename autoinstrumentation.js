/* The name under which the OpenTelemetry operator for Kubernetes looks for the preload, in a folder that holds this package. */
require('./register.js');
