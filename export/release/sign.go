package release

import (
	"crypto/rand"
	"os"
	"strings"

	"aead.dev/minisign"

	"sightline"
)

// Key is a public key of minisign.
type Key struct{ key minisign.PublicKey }

// ReadKey reads a public key: the key itself, or a file that minisign wrote.
func ReadKey(text string) (*Key, error) {
	k := &Key{}
	if b, err := os.ReadFile(text); err == nil {
		text = strings.TrimSpace(string(b))
	}
	if err := k.key.UnmarshalText([]byte(text)); err != nil {
		return nil, sightline.Errorf(sightline.Invalid, "read public key", text, "neither a public key of minisign nor a file with one").
			WithHint("Give the file that ends in .pub, or the line in it that begins with RW.")
	}
	return k, nil
}

// Signed reports whether a signature is one of the text by this key.
func (k *Key) Signed(text, signature []byte) bool {
	return minisign.Verify(k.key, text, signature)
}

// Signer signs with a secret key of minisign. The same text gives the same
// signature.
func Signer(file string, password func() (string, error), comment string) (func([]byte) ([]byte, error), error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, sightline.Errorf(sightline.NotFound, "read secret key", file, "%w", err).WithHint("Make one with minisign -G, or with sightline release --new-key FILE.")
	}
	var key minisign.PrivateKey
	if minisign.IsEncrypted(b) {
		word, err := password()
		if err != nil {
			return nil, err
		}
		key, err = minisign.DecryptKey(word, b)
		if err != nil {
			return nil, sightline.Errorf(sightline.Invalid, "read secret key", file, "%w", err).WithHint("Is the password right?")
		}
	} else if err := key.UnmarshalText(b); err != nil {
		return nil, sightline.Errorf(sightline.Invalid, "read secret key", file, "%w", err)
	}
	return func(text []byte) ([]byte, error) {
		return minisign.SignWithComments(key, text, comment, "signature of a Sightline release"), nil
	}, nil
}

// NewKey makes a key without a password: the secret one for its owner alone,
// the public one beside it with .pub. Neither file may exist.
func NewKey(file string) (public string, err error) {
	pub, secret, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	p, err := pub.MarshalText()
	if err != nil {
		return "", err
	}
	s, err := secret.MarshalText()
	if err != nil {
		return "", err
	}
	write := func(name string, b []byte, mode os.FileMode) error {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			return sightline.Errorf(sightline.Conflict, "make key", name, "%w", err).WithHint("Choose another name: a key is never overwritten.")
		}
		if _, err := f.Write(append(b, '\n')); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}
	if err := write(file, s, 0o600); err != nil {
		return "", err
	}
	return pub.String(), write(file+".pub", p, 0o644)
}
