// For electron-builder: the shell is bundled and the backend is laid out by us, so there are no packages to gather.
module.exports = () => false
