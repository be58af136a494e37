package ftm

import (
	"slices"
	"strings"
)

// Schema is a kind of entity: Company, Ownership, Sanction.
type Schema struct {
	Name     string
	Extends  []string
	Abstract bool     // no entity has it
	Required []string // properties that an entity must have to be valid
	Caption  []string // properties that can serve as its label, best first
	Source   string   // of an edge: the property at its start
	Target   string   // of an edge: the property at its end

	own map[string]Property
	all map[string]Property // with what is inherited
	is  []string            // itself and every schema that it extends
}

// Property is what an entity of a schema can say.
type Property struct {
	Name  string
	Type  string // "string", "name", "date", "country", "entity" …
	Range string // of type entity: the schema of what it points to
}

// BaseProp is the property of the statement that every entity has, which
// stands for its being there.
const BaseProp = "id"

// Lookup finds a schema in the table.
func Lookup(name string) (*Schema, bool) {
	s, ok := schemata[name]
	return s, ok
}

// Prop finds a property of the schema, inherited or its own.
func (s *Schema) Prop(name string) (Property, bool) {
	p, ok := s.all[name]
	return p, ok
}

// IsA reports whether the schema is the named one or extends it.
func (s *Schema) IsA(name string) bool { return slices.Contains(s.is, name) }

// IsEdge reports whether the schema links two entities.
func (s *Schema) IsEdge() bool { return s.Source != "" }

// PropType is the type of a property, or "" for one that the table does not
// have.
func PropType(schema, prop string) string {
	if prop == BaseProp {
		return BaseProp
	}
	if s, ok := schemata[schema]; ok {
		return s.all[prop].Type
	}
	return ""
}

// Common is the schema of an entity whose statements name both: the more
// special of the two. Two schemata of which neither extends the other have
// none.
func Common(a, b string) (string, bool) {
	if a == b {
		return a, true
	}
	sa, sb := schemata[a], schemata[b]
	switch {
	case sa == nil || sb == nil:
		return "", false
	case sa.IsA(b):
		return a, true
	case sb.IsA(a):
		return b, true
	}
	return "", false
}

// row is a line of the table. Properties are "name:type", a plain name is a
// string, and an entity has its range: "owner:entity>LegalEntity".
type row struct {
	name, extends     string
	required, caption string
	edge              string // "source target"
	props             string
}

// The schemata that we write, those that they extend, and the others that
// sanctions and company data are made of. Names, types and ranges are those
// of followthemoney/schema/*.yaml (MIT; github.com/opensanctions/followthemoney
// as of 2026, where it has moved from github.com/alephdata/followthemoney). A
// schema that is not here is unknown to us, which is no fault of a file.
var table = []row{
	{name: "Thing", caption: "name", required: "name", props: `
		name:name alias:name previousName:name weakAlias:name country:country summary:text notes:text description:text
		sourceUrl:url publisher publisherUrl:url alephUrl:url wikipediaUrl:url wikidataId:identifier keywords topics:topic
		address:address addressEntity:entity>Address program programId:identifier proof:entity>Document indexText:text
		createdAt:date modifiedAt:date retrievedAt:date`},
	{name: "Value", props: `amount:number currency amountUsd:number amountEur:number`},
	{name: "Interval", props: `
		startDate:date endDate:date date:date summary:text description:text recordId sourceUrl:url proof:entity>Document
		publisher publisherUrl:url alephUrl:url namesMentioned:name indexText:text modifiedAt:date retrievedAt:date`},
	{name: "Interest", extends: "Interval", props: `role status`},
	{name: "Analyzable", props: `
		detectedLanguage:language detectedCountry:country namesMentioned:name peopleMentioned:name companiesMentioned:name
		ibanMentioned:iban ipMentioned:ip locationMentioned:address phoneMentioned:phone emailMentioned:email`},

	{name: "LegalEntity", extends: "Thing", required: "name", caption: "name email phone registrationNumber", props: `
		email:email phone:phone website:url legalForm incorporationDate:date dissolutionDate:date taxStatus status sector
		classification registrationNumber:identifier idNumber:identifier taxNumber:identifier licenseNumber:identifier
		vatCode:identifier jurisdiction:country mainCountry:country opencorporatesUrl:url bvdId:identifier
		uscCode:identifier icijId okpoCode:identifier innCode:identifier ogrnCode:identifier leiCode:identifier
		dunsCode:identifier uniqueEntityId:identifier npiCode:identifier swiftBic:identifier parent:entity>LegalEntity`},
	{name: "Person", extends: "LegalEntity", required: "name", caption: "name lastName email phone", props: `
		title firstName secondName middleName fatherName motherName lastName nameSuffix birthDate:date birthPlace
		birthCountry:country deathDate:date position nationality:country citizenship:country passportNumber:identifier
		socialSecurityNumber:identifier gender:gender ethnicity height:number weight:number eyeColor hairColor appearance
		religion political education spokenLanguage:language`},
	{name: "Organization", extends: "LegalEntity", required: "name", caption: "name", props: `
		cageCode:identifier permId:identifier imoNumber:identifier giiNumber:identifier`},
	{name: "PublicBody", extends: "Organization", required: "name", caption: "name"},
	{name: "Asset", extends: "Thing Value", caption: "name"},
	{name: "Company", extends: "Organization Asset", required: "name", caption: "name alias weakAlias previousName registrationNumber", props: `
		jurisdiction:country registrationNumber:identifier capital voenCode:identifier coatoCode:identifier
		irsCode:identifier ipoCode:identifier cikCode:identifier jibCode:identifier mbsCode:identifier caemCode
		kppCode:identifier okvedCode okopfCode fnsCode:identifier fssCode bikCode:identifier pfrNumber:identifier oksmCode
		isinCode:identifier ticker:identifier ricCode:identifier`},
	{name: "Territory", extends: "Thing", required: "name", caption: "name alias", props: `
		partOf:entity>Territory level territoryCode:identifier fipsCode:identifier zipCode:identifier nutsCode:identifier`},

	{name: "Project", extends: "Interval Thing Value", caption: "name projectId", props: `projectId:identifier status phase goal`},
	{name: "Contract", extends: "Asset", required: "title", caption: "title name procedureNumber", props: `
		title authority:entity>LegalEntity project:entity>Project type contractDate:date procedureNumber procedure noticeId
		numberAwards status method criteria classification cancelled language:language`},
	{name: "Event", extends: "Interval Analyzable Thing", required: "name", caption: "name summary date", props: `
		location:address country:country important organizer:entity>LegalEntity involved:entity>LegalEntity`},
	{name: "Document", extends: "Thing Analyzable", required: "fileName", caption: "fileName title", props: `
		contentHash:checksum title author generator crawler fileSize:number fileName extension encoding bodyText:text
		messageId mimeType:mimetype language:language translatedLanguage:language translatedText:text date:date
		authoredAt:date publishedAt:date parent:entity>Folder ancestors:entity>Folder processingStatus processingError
		processingAgent processedAt:date`},
	{name: "Article", extends: "Document", caption: "title fileName"},
	{name: "Note", extends: "Thing Analyzable", caption: "description", props: `entity:entity>Thing`},

	{name: "Similar", caption: "confidenceScore criteria", props: `
		candidate:entity>Thing match:entity>Thing confidenceScore:number criteria matcher`},
	{name: "Ownership", extends: "Interest", required: "owner asset", caption: "", edge: "owner asset", props: `
		owner:entity>LegalEntity asset:entity>Asset percentage sharesCount sharesValue sharesCurrency sharesType legalBasis
		ownershipType`},
	{name: "Control", extends: "Interest", required: "controller controlled", caption: "controlType", edge: "controller controlled", props: `
		controller:entity>LegalEntity controlled:entity>LegalEntity controlType legalBasis`},
	{name: "Membership", extends: "Interest", required: "member organization", caption: "role", edge: "member organization", props: `
		member:entity>LegalEntity organization:entity>Organization`},
	{name: "Directorship", extends: "Interest", required: "director organization", caption: "role", edge: "director organization", props: `
		director:entity>LegalEntity organization:entity>Organization secretary`},
	{name: "Employment", extends: "Interest", required: "employer employee", caption: "role", edge: "employee employer", props: `
		employer:entity>Organization employee:entity>Person`},
	{name: "Representation", extends: "Interest", required: "agent client", caption: "role", edge: "agent client", props: `
		agent:entity>LegalEntity client:entity>LegalEntity`},
	{name: "UnknownLink", extends: "Interest", required: "subject object", caption: "role", edge: "subject object", props: `
		subject:entity>Thing object:entity>Thing`},
	{name: "Succession", extends: "Interest", required: "predecessor successor", caption: "date", edge: "predecessor successor", props: `
		predecessor:entity>LegalEntity successor:entity>LegalEntity`},
	{name: "ProjectParticipant", extends: "Interest", caption: "role", edge: "participant project", props: `
		project:entity>Project participant:entity>LegalEntity`},
	{name: "ContractAward", extends: "Value Interest", required: "supplier contract", caption: "lotNumber", edge: "contract supplier", props: `
		supplier:entity>LegalEntity contract:entity>Contract callForTenders:entity>CallForTenders lotNumber documentNumber
		documentType decisionReason:text cpvCode:identifier nutsCode:identifier amended`},
	{name: "Payment", extends: "Interval Value", required: "payer beneficiary", caption: "amount", edge: "payer beneficiary", props: `
		sequenceNumber transactionNumber purpose:text programme payer:entity>LegalEntity payerAccount:entity>BankAccount
		beneficiary:entity>LegalEntity beneficiaryAccount:entity>BankAccount contract:entity>Contract project:entity>Project`},
	{name: "Family", extends: "Interval", required: "person relative", caption: "relationship", edge: "person relative", props: `
		person:entity>Person relative:entity>Person relationship`},
	{name: "Associate", extends: "Interval", required: "person associate", caption: "relationship", edge: "person associate", props: `
		person:entity>Person associate:entity>Person relationship`},
	{name: "Sanction", extends: "Interval", required: "entity", caption: "program", props: `
		entity:entity>Thing authority authorityId:identifier unscId:identifier program programId:identifier programUrl:url
		provisions status duration:number reason:text country:country listingDate:date`},
}

var abstract = []string{"Thing", "Value", "Interval", "Interest", "Analyzable"}

var schemata = func() map[string]*Schema {
	m := make(map[string]*Schema, len(table))
	for _, r := range table {
		s := &Schema{
			Name: r.name, Extends: strings.Fields(r.extends), Abstract: slices.Contains(abstract, r.name),
			Required: strings.Fields(r.required), Caption: strings.Fields(r.caption),
			own: map[string]Property{}, all: map[string]Property{}, is: []string{r.name},
		}
		if edge := strings.Fields(r.edge); len(edge) == 2 {
			s.Source, s.Target = edge[0], edge[1]
		}
		for p := range strings.FieldsSeq(r.props) {
			name, kind, typed := strings.Cut(p, ":")
			if !typed {
				kind = "string"
			}
			kind, to, _ := strings.Cut(kind, ">")
			s.own[name] = Property{name, kind, to}
		}
		for _, e := range s.Extends { // a schema stands below what it extends
			for name, p := range m[e].all {
				s.all[name] = p
			}
			s.is = append(s.is, m[e].is...)
		}
		for name, p := range s.own {
			s.all[name] = p
		}
		m[r.name] = s
	}
	return m
}()
