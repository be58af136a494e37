package interference

// Header is one header line of a response.
type Header struct{ Name, Value string }
