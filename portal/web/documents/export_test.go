package documents

// What the tests of whole portals compare with.
const FilePolicy = filePolicy

// TypeOf returns how a file of a name is sent.
func TypeOf(name string) (contentType string, download bool) {
	t := typeOfFile(name)
	return t.contentType, t.download
}
