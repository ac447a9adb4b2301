/*
 * The preload: what NODE_OPTIONS="--require /app/node_modules/otel-instrument/register.js" names. It lies in the package's root because its
 * path is typed by people, and is written in the oldest JavaScript there is, because it must step aside on a Node of any age.
 */
(function () {
  var versions = process.versions.node.split('.');
  var major = Number(versions[0]);
  if (major < 18 || (major === 18 && Number(versions[1]) < 19)) {
    process.stderr.write(
      'otel-instrument: Node.js ' +
        process.versions.node +
        ' is not supported (18.19 or newer is); the program runs untraced\n',
    );
    return;
  }
  try {
    require('./dist/preload.js');
  } catch (error) {
    // The permission model allows a preload to be read, but not what it loads; or files are missing.
    process.stderr.write(
      'otel-instrument: could not be loaded, the program runs untraced: ' + error.message + '\n',
    );
  }
})();
